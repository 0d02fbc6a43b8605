//! Text as each kind of channel wants it: values are escaped, so that nothing in an error becomes markup or calls
//! everybody.

/// How a channel marks up its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Markup {
    /// None.
    Plain,
    /// Slack's own.
    Slack,
    /// Mail.
    Html,
    /// Adaptive cards.
    Markdown,
}

/// The most of an error that stands in a message, in characters; the rest is behind the link.
const MOST_CODE: usize = 1_500;
const MOST_SLACK_CODE: usize = 2_000;

impl Markup {
    /// A value, so that it is shown as it is.
    pub(crate) fn escape(self, text: &str) -> String {
        match self {
            Self::Plain => clean(text),
            Self::Slack => slack(text),
            Self::Html => {
                let text = clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                text.replace('"', "&quot;").replace('\'', "&#39;")
            }
            Self::Markdown => {
                let mut out = String::with_capacity(text.len());
                for character in clean(text).chars() {
                    match character {
                        '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '~' | '|' => {
                            out.extend(['\\', character]);
                        }
                        '<' => out.push_str("&lt;"),
                        '>' => out.push_str("&gt;"),
                        '&' => out.push_str("&amp;"),
                        _ => out.push(character),
                    }
                }
                out
            }
        }
    }

    /// The lines of an error, as they are.
    pub(crate) fn code(self, text: &str) -> String {
        match self {
            // What follows stands apart.
            Self::Plain => self.escape(&cut(text, MOST_CODE)).lines().map(|line| format!("    {line}\n")).collect(),
            // Three backticks would end the block, and so would the end of the section.
            Self::Slack => format!("```\n{}\n```", fit(text, MOST_SLACK_CODE, self).replace('`', "ˋ")),
            Self::Html => format!("<pre>{}</pre>", self.escape(&cut(text, MOST_CODE))),
            Self::Markdown => self.escape(&cut(text, MOST_CODE)),
        }
    }

    /// A heading within a line.
    pub(crate) fn bold(self, text: &str) -> String {
        let text = self.escape(text);
        match self {
            Self::Plain => format!("{text}:"),
            Self::Slack => format!("*{text}*"),
            Self::Html => format!("<b>{text}</b>"),
            Self::Markdown => format!("**{text}**"),
        }
    }

    /// A link; the address is one that we made.
    pub(crate) fn link(self, text: &str, url: &str) -> String {
        if url.is_empty() {
            return self.escape(text);
        }
        match self {
            Self::Plain => format!("{} {url}", self.escape(text)),
            Self::Slack => format!("<{}|{}>", slack(url).replace('|', "%7C"), self.escape(text).replace('|', "¦")),
            Self::Html => format!("<a href=\"{}\">{}</a>", self.escape(url), self.escape(text)),
            Self::Markdown => format!("[{}]({})", self.escape(text), url.replace(')', "%29")),
        }
    }
}

/// Text without characters that change how the rest is read: controls, and marks that turn its direction.
fn clean(text: &str) -> String {
    let shown = |c: &char| (matches!(c, '\n' | '\t') || !c.is_control()) && !is_direction(*c);
    text.chars().filter(shown).collect()
}

fn is_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Slack wants three characters replaced and no others. What would call people is broken by an invisible space, since
/// a workspace may link names wherever they stand.
fn slack(text: &str) -> String {
    let mut out = clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    for name in ["channel", "here", "everyone", "group"] {
        out = replace_ignoring_case(&out, &format!("@{name}"), |found| format!("@\u{200b}{}", &found[1..]));
        out = replace_ignoring_case(&out, &format!("!{name}"), |found| format!("!\u{200b}{}", &found[1..]));
    }
    out
}

fn replace_ignoring_case(text: &str, what: &str, with: impl Fn(&str) -> String) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in lower.match_indices(what) {
        out.push_str(&text[done..at]);
        done = at + what.len();
        out.push_str(&with(&text[at..done]));
    }
    out.push_str(&text[done..]);
    out
}

/// At most so many characters, with a sign where some are missing.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// Escaped text of at most so many characters; what is escaped is never cut in two.
pub(crate) fn fit(text: &str, most: usize, markup: Markup) -> String {
    let mut keep = text.chars().count().min(most);
    loop {
        let escaped = markup.escape(&cut(text, keep));
        let length = escaped.chars().count();
        if length <= most || keep == 0 {
            return escaped;
        }
        // Every character that is left out makes it shorter by one at least.
        keep = keep.saturating_sub((length - most).div_ceil(6));
    }
}

/// Marked up text in parts of at most so many characters, cut at line ends where there are some; what is escaped is
/// never cut in two.
pub(crate) fn parts(text: &str, most: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut left = most;
    for line in text.split_inclusive('\n') {
        for piece in pieces(line, most) {
            let length = piece.chars().count();
            if length > left {
                parts.push(String::new());
                left = most;
            }
            left -= length;
            if let Some(part) = parts.last_mut() {
                part.push_str(piece);
            }
        }
    }
    parts.into_iter().map(|part| part.trim_end().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn pieces(line: &str, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some((mut end, _)) = rest.char_indices().nth(most) {
        // The last `&` before the cut may begin an entity that ends after it.
        if let Some(entity) =
            rest[..end].rfind('&').filter(|at| end - at < 6 && *at > 0 && !rest[*at..end].contains(';'))
        {
            end = entity;
        }
        pieces.push(&rest[..end]);
        rest = &rest[end..];
    }
    pieces.push(rest);
    pieces
}

/// Text in one line.
pub(crate) fn one_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_in_a_value_is_markup() {
        for (value, slack, html, markdown) in [
            ("a < b & c > d", "a &lt; b &amp; c &gt; d", "a &lt; b &amp; c &gt; d", "a &lt; b &amp; c &gt; d"),
            ("<!here> go", "&lt;!\u{200b}here&gt; go", "&lt;!here&gt; go", "&lt;!here&gt; go"),
            ("<!channel|x>", "&lt;!\u{200b}channel|x&gt;", "&lt;!channel|x&gt;", "&lt;!channel\\|x&gt;"),
            (
                "@channel @HERE @everyone",
                "@\u{200b}channel @\u{200b}HERE @\u{200b}everyone",
                "@channel @HERE @everyone",
                "@channel @HERE @everyone",
            ),
            (
                "<@U1> ann@example.com",
                "&lt;@U1&gt; ann@example.com",
                "&lt;@U1&gt; ann@example.com",
                "&lt;@U1&gt; ann@example.com",
            ),
            (
                "*b* `c` [x](http://y)",
                "*b* `c` [x](http://y)",
                "*b* `c` [x](http://y)",
                "\\*b\\* \\`c\\` \\[x\\]\\(http://y\\)",
            ),
            ("\"q\" 'r'\u{7}\u{202e}", "\"q\" 'r'", "&quot;q&quot; &#39;r&#39;", "\"q\" 'r'"),
        ] {
            assert_eq!(Markup::Slack.escape(value), slack);
            assert_eq!(Markup::Html.escape(value), html);
            assert_eq!(Markup::Markdown.escape(value), markdown);
        }
    }

    #[test]
    fn a_fence_cannot_be_closed_from_inside() {
        let code = Markup::Slack.code("one\n```\n<!here>");
        assert_eq!(code.matches("```").count(), 2, "{code}");
        assert!(code.starts_with("```\n") && code.ends_with("\n```"), "{code}");
    }

    proptest! {
        #[test]
        fn what_fits_is_short_and_whole(text in "[a<>&@é🛒 \n]{0,60}", most in 1_usize..40) {
            let fitted = fit(&text, most, Markup::Slack);
            prop_assert!(fitted.chars().count() <= most);
            prop_assert!(fitted.split('&').skip(1).all(|rest| rest.starts_with("amp;") || rest.starts_with("lt;") || rest.starts_with("gt;")));
            if text.chars().count() * 5 <= most {
                prop_assert_eq!(fitted, Markup::Slack.escape(&text));
            }
        }

        #[test]
        fn parts_are_short_and_lose_nothing(text in "[a<>&é\n]{0,200}", most in 8_usize..40) {
            let escaped = Markup::Slack.escape(&text);
            let parts = parts(&escaped, most);
            prop_assert!(parts.iter().all(|part| part.chars().count() <= most));
            let bare = |text: &str| text.replace('\n', "");
            prop_assert_eq!(bare(&parts.concat()), bare(&escaped));
            let whole = |part: &String| part.split('&').skip(1).all(|rest| rest.contains(';'));
            prop_assert!(parts.iter().all(whole));
        }
    }
}
