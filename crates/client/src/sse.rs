//! Server-sent events from bytes.

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// Its id, empty where it has none.
    pub(crate) id: String,
    /// Its name; `message` where it has none.
    pub(crate) name: String,
    /// Its data, lines joined by newlines.
    pub(crate) data: String,
}

/// Reads events from pieces that end anywhere.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    after_return: bool,
    message: Message,
    has_data: bool,
}

/// The longest line that is taken; a server of ours never sends one.
const MAX_LINE: usize = 16 * 1024 * 1024;

impl Parser {
    /// Takes the next bytes and gives the events that they complete. Too long a line is an error.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Message>, &'static str> {
        let mut complete = Vec::new();
        for &byte in bytes {
            // `\r\n` ends one line, not two.
            let ends = byte == b'\r' || (byte == b'\n' && !self.after_return);
            let skipped = byte == b'\n' && self.after_return;
            self.after_return = byte == b'\r';
            if ends {
                let line = std::mem::take(&mut self.line);
                complete.extend(self.take_line(&String::from_utf8_lossy(&line)));
            } else if !skipped {
                if self.line.len() >= MAX_LINE {
                    return Err("an event has a line of more than 16 MB");
                }
                self.line.push(byte);
            }
        }
        Ok(complete)
    }

    fn take_line(&mut self, line: &str) -> Option<Message> {
        if line.is_empty() {
            let message = std::mem::take(&mut self.message);
            return std::mem::take(&mut self.has_data).then(|| Message {
                name: if message.name.is_empty() { "message".to_owned() } else { message.name },
                ..message
            });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.message.id = value.to_owned(),
            "event" => self.message.name = value.to_owned(),
            "data" => {
                if self.has_data {
                    self.message.data.push('\n');
                }
                self.message.data.push_str(value);
                self.has_data = true;
            }
            // A comment (an empty field) keeps the connection alive.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_may_end_anywhere() {
        let text = b": hello\n\nid: 7\nevent: changed\ndata: a\ndata: b\xc3\xa9\n\nid:8\r\ndata:x\r\n\r\ndata\n\nevent: none\n\n";
        for size in 1..text.len() {
            let mut parser = Parser::default();
            let all: Vec<Message> = text.chunks(size).flat_map(|piece| parser.push(piece).unwrap()).collect();
            let seen: Vec<_> = all.iter().map(|m| (m.id.as_str(), m.name.as_str(), m.data.as_str())).collect();
            let want = [("7", "changed", "a\nb\u{e9}"), ("8", "message", "x"), ("", "message", "")];
            assert_eq!(seen, want, "pieces of {size}");
        }
    }
}
