//! Money is whole cents. It is read from text digit by digit, never through a floating point number.

/// Reads an amount such as `2,55`, `-1,5` or `12` (decimal comma, at most two decimals) as cents.
///
/// Returns `None` for anything else, also for an amount too large for 64 bits.
#[must_use]
pub fn cents_from_decimal_comma(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once(',').unwrap_or((digits, ""));
    if !is_digits(whole) || fraction.len() > 2 || !(fraction.is_empty() || is_digits(fraction)) {
        return None;
    }
    if fraction.is_empty() && digits.contains(',') {
        return None;
    }
    let hundredths: i64 = format!("{fraction:0<2}").parse().ok()?;
    let cents = whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(hundredths)?;
    Some(if negative { -cents } else { cents })
}

/// Writes cents with a decimal comma and no needless zeros, as spreadsheets with a European setting do.
#[must_use]
pub fn decimal_comma_from_cents(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let (whole, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    match rest {
        0 => format!("{sign}{whole}"),
        rest if rest % 10 == 0 => format!("{sign}{whole},{}", rest / 10),
        rest => format!("{sign}{whole},{rest:02}"),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{cents_from_decimal_comma, decimal_comma_from_cents};

    #[test]
    fn amounts_as_exports_spell_them() {
        let cases = [
            ("2,55", Some(255)),
            ("2,1", Some(210)),
            ("12", Some(1200)),
            ("0", Some(0)),
            ("-11062,06", Some(-1_106_206)),
            ("2.55", None),
            ("2,555", None),
            ("2,", None),
            (",5", None),
            ("", None),
            ("-", None),
            ("1 000", None),
            ("99999999999999999999", None),
        ];
        for (text, cents) in cases {
            assert_eq!(cents_from_decimal_comma(text), cents, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for cents in [-1_106_206, -5, 0, 1, 10, 99, 100, 101, 110, 123_456] {
            assert_eq!(cents_from_decimal_comma(&decimal_comma_from_cents(cents)), Some(cents));
        }
    }
}
