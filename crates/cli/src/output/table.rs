//! Tables and lists of facts.

use comfy_table::{
    Attribute, Cell as Inner, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, presets,
};

use super::{Style, Tone, style::Toned};

/// The columns between two columns.
const PADDING: usize = 2;

/// One cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
    right: bool,
    whole: bool,
}

impl Cell {
    pub(crate) fn new(text: impl ToString) -> Self {
        Self { text: text.to_string(), tone: Tone::Plain, right: false, whole: false }
    }

    pub(crate) fn toned(text: impl ToString, tone: Tone) -> Self {
        Self { text: text.to_string(), tone, right: false, whole: false }
    }

    /// A state in its tone.
    pub(crate) fn state<S: Toned + ToString>(state: S) -> Self {
        Self { text: state.to_string(), tone: state.tone(), right: false, whole: false }
    }

    /// A number, or a text that is compared like one.
    pub(crate) fn number(value: impl ToString) -> Self {
        Self { text: value.to_string(), tone: Tone::Plain, right: true, whole: false }
    }

    /// The text, or a dash where there is none.
    pub(crate) fn maybe(text: Option<impl ToString>) -> Self {
        text.map_or_else(|| Self::toned("-", Tone::Dim), Self::new)
    }

    /// Keeps its column as wide as its texts, so that an id or a state is never broken over two lines.
    pub(crate) const fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    fn inner(self) -> Inner {
        let cell = Inner::new_owned(self.text);
        let cell = if self.right { cell.set_alignment(CellAlignment::Right) } else { cell };
        match self.tone {
            Tone::Plain => cell,
            Tone::Good => cell.fg(Color::DarkGreen),
            Tone::Bad => cell.fg(Color::DarkRed),
            Tone::Warn => cell.fg(Color::DarkYellow),
            Tone::Busy => cell.fg(Color::DarkCyan),
            Tone::Dim => cell.add_attribute(Attribute::Dim),
            Tone::Strong => cell.add_attribute(Attribute::Bold),
        }
    }
}

/// Rows under headings; `nothing` where there are no rows.
pub(crate) fn table(style: &Style, headings: &[&str], rows: Vec<Vec<Cell>>, nothing: &str) -> String {
    if rows.is_empty() {
        return nothing.to_owned();
    }
    let mut table = empty(style);
    table.set_header(headings.iter().map(|heading| Cell::toned(heading.to_uppercase(), Tone::Dim).inner()));
    let whole = whole_columns(style, headings.len(), &rows);
    table.add_rows(rows.into_iter().map(|row| row.into_iter().map(Cell::inner)));
    for at in whole {
        table.column_mut(at).into_iter().for_each(|column| {
            column.set_constraint(ColumnConstraint::ContentWidth);
        });
    }
    finish(table)
}

/// The columns that are not broken: as many of those that ask for it as leave half of the terminal to the others.
fn whole_columns(style: &Style, columns: usize, rows: &[Vec<Cell>]) -> Vec<usize> {
    let mut room = style.width().map_or(usize::MAX, |width| usize::from(width) / 2);
    let asking = (0..columns).filter(|&at| rows.iter().any(|row| row.get(at).is_some_and(|cell| cell.whole)));
    let fits = |at: &usize| {
        let texts = rows.iter().filter_map(|row| row.get(*at));
        let width = PADDING + texts.map(|cell| cell.text.chars().count()).max().unwrap_or(0);
        let fits = width <= room;
        room -= if fits { width } else { 0 };
        fits
    };
    asking.filter(fits).collect()
}

/// Names with their values, below each other.
pub(crate) fn facts<'a>(style: &Style, facts: impl IntoIterator<Item = (&'a str, Cell)>) -> String {
    let mut table = empty(style);
    for (name, value) in facts {
        table.add_row([Cell::toned(name, Tone::Dim).inner(), value.inner()]);
    }
    finish(table)
}

fn empty(style: &Style) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    if style.color() {
        table.enforce_styling();
    }
    match style.width() {
        Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    table
}

fn finish(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, PADDING as u16));
    }
    table.trim_fmt()
}

/// The width of the terminal that standard output is.
pub(crate) fn terminal_width() -> Option<u16> {
    Table::new().width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = vec![
            vec![Cell::new("shop/orders"), Cell::number(7)],
            vec![Cell::new("🛒/a"), Cell::number(12)],
            vec![Cell::maybe(None::<&str>), Cell::number("")],
        ];
        insta::assert_snapshot!(table(&Style::new(false, None), &["key", "rows"], rows, "none"));
        assert_eq!(table(&Style::new(false, None), &["key"], Vec::new(), "nothing here"), "nothing here");
    }

    #[test]
    fn a_terminal_sets_the_width() {
        let rows = vec![vec![Cell::new("a long text that does not fit into twenty columns")]];
        let text = table(&Style::new(false, Some(20)), &["text"], rows, "");
        assert!(text.lines().all(|line| line.chars().count() <= 20), "{text}");
        let id = "019ab2c3-0001-7000";
        let rows = vec![vec![Cell::new(id).whole(), Cell::new("a long text that does not fit")]];
        let text = table(&Style::new(false, Some(40)), &["id", "text"], rows.clone(), "");
        assert!(text.contains(id), "{text}");
        let text = table(&Style::new(false, Some(30)), &["id", "text"], rows, "");
        assert!(!text.contains(id), "an id does not take the place of everything else: {text}");
    }
}
