//! Personal data in logs and messages is masked here.

/// `anna.berg@example.com` as `a***@e***.com`: enough to tell two rows apart in a log, not enough to write to anyone.
#[must_use]
pub fn mask_email(email: &str) -> String {
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    match email.split_once('@') {
        Some((local, domain)) => {
            let ending = domain.rsplit_once('.').map(|(_, ending)| format!(".{ending}")).unwrap_or_default();
            format!("{}***@{}***{ending}", first(local), first(domain))
        }
        None => format!("{}***", first(email)),
    }
}

/// Whether a text can be an e-mail address: one `@`, something before it, a dotted name after it, no spaces.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let labels_are_full = domain.split('.').all(|label| !label.is_empty());
    !local.is_empty()
        && domain.contains('.')
        && labels_are_full
        && !domain.contains('@')
        && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::{is_email, mask_email};

    #[test]
    fn a_masked_address_keeps_no_name() {
        assert_eq!(mask_email("anna.berg@example.com"), "a***@e***.com");
        assert_eq!(mask_email("not an address"), "n***");
        assert_eq!(mask_email(""), "***");
    }

    #[test]
    fn addresses_are_told_from_other_text() {
        assert!(is_email("anna.berg@mail.example.com"));
        for wrong in ["", "anna", "@example.com", "anna@example", "a@b@c.com", "an na@example.com", "anna@example..com"]
        {
            assert!(!is_email(wrong), "{wrong}");
        }
    }
}
