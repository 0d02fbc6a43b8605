//! Countries as people type them, and the codes they stand for.

/// The code of a country nobody could make out, and of guests.
pub const UNKNOWN: &str = "ZZ";

/// Spellings in lower case and their ISO 3166 code, or the user-assigned codes that begin with X.
const SPELLINGS: &[(&str, &str)] = &[
    ("australia", "AU"),
    ("austria", "AT"),
    ("bahrain", "BH"),
    ("belgium", "BE"),
    ("brazil", "BR"),
    ("canada", "CA"),
    ("channel islands", "XC"),
    ("cyprus", "CY"),
    ("czech republic", "CZ"),
    ("de", "DE"),
    ("denmark", "DK"),
    ("eire", "IE"),
    ("european community", "XE"),
    ("finland", "FI"),
    ("france", "FR"),
    ("gb", "GB"),
    ("germany", "DE"),
    ("greece", "GR"),
    ("hong kong", "HK"),
    ("iceland", "IS"),
    ("ireland", "IE"),
    ("israel", "IL"),
    ("italy", "IT"),
    ("japan", "JP"),
    ("lebanon", "LB"),
    ("lithuania", "LT"),
    ("malta", "MT"),
    ("netherlands", "NL"),
    ("norway", "NO"),
    ("poland", "PL"),
    ("portugal", "PT"),
    ("rsa", "ZA"),
    ("saudi arabia", "SA"),
    ("singapore", "SG"),
    ("spain", "ES"),
    ("sweden", "SE"),
    ("switzerland", "CH"),
    ("uk", "GB"),
    ("united arab emirates", "AE"),
    ("united kingdom", "GB"),
    ("usa", "US"),
];

/// Every code [`country_code`] can give, for the check of accepted values.
pub const CODES: &[&str] = &[
    "AE", "AT", "AU", "BE", "BH", "BR", "CA", "CH", "CY", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "GR", "HK", "IE",
    "IL", "IS", "IT", "JP", "LB", "LT", "MT", "NL", "NO", "PL", "PT", "SA", "SE", "SG", "US", "XC", "XE", "ZA",
    UNKNOWN,
];

/// The code of a country as someone typed it; [`UNKNOWN`] when nobody can tell.
#[must_use]
pub fn country_code(text: &str) -> &'static str {
    let wanted = text.trim().to_lowercase();
    SPELLINGS.binary_search_by(|(spelling, _)| (*spelling).cmp(&wanted)).map_or(UNKNOWN, |index| SPELLINGS[index].1)
}

#[cfg(test)]
mod tests {
    use super::{CODES, SPELLINGS, country_code};

    #[test]
    fn spellings_are_sorted_and_every_code_is_listed() {
        assert!(SPELLINGS.is_sorted());
        assert!(CODES.is_sorted());
        for (spelling, code) in SPELLINGS {
            assert!(CODES.contains(code), "{code}");
            assert_eq!(country_code(&format!(" {} ", spelling.to_uppercase())), *code);
        }
        assert_eq!(country_code("Unspecified"), "ZZ");
    }
}
