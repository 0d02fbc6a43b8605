//! "Did you mean …?"

/// Up to three of `names` that a person who wrote `wanted` may have meant, the likeliest first.
///
/// Likely are names that differ by upper and lower case only, then keys whose last segment is `wanted`, then
/// names within an edit distance of a third of its length.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let folded: Vec<char> = wanted.to_lowercase().chars().collect();
    let mut found: Vec<(usize, &str)> =
        names.into_iter().filter_map(|name| Some((score(&folded, name)?, name))).collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(3);
    found.into_iter().map(|(_, name)| name).collect()
}

/// Smaller is likelier.
fn score(wanted: &[char], name: &str) -> Option<usize> {
    let limit = (wanted.len() / 3).max(1);
    // Checked on bytes first: most of a large project's names are far too long or too short, and a
    // character has at most four bytes.
    if name.len() + limit < wanted.len() {
        return None;
    }
    let folded: Vec<char> = name.to_lowercase().chars().collect();
    if folded == wanted {
        return Some(0);
    }
    if folded.strip_suffix(wanted).is_some_and(|head| head.last() == Some(&'/')) {
        return Some(1);
    }
    let distance = distance(wanted, &folded, limit)?;
    (distance < wanted.len()).then_some(1 + distance)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, if at most `limit`.
fn distance(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, &y) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                cost = cost.min(before_last[j - 1] + 1);
            }
            row.push(cost);
        }
        if row.iter().all(|&cost| cost > limit) {
            return None;
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|&cost| cost <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_then_last_segment_then_typing_errors() {
        let names = ["Orders", "shop/orders", "order", "odrers", "customers", "shop/reorders"];
        assert_eq!(nearest("orders", names), ["Orders", "shop/orders", "odrers"]);
        assert_eq!(nearest("grp", ["group", "owner", "kind"]), Vec::<&str>::new());
        assert_eq!(nearest("gruop", ["group", "owner", "kind"]), ["group"]);
        assert_eq!(nearest("a", ["b", "ab"]), Vec::<&str>::new());
        assert_eq!(nearest("", ["", "x"]), [""]);
    }
}
