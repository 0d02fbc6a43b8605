//! What is wrong with a text, and what to write instead.

use super::{
    ast::Function,
    attribute::Attribute,
    error::{SelectionError, Span},
    lexer::{Token, TokenKind},
    nearest::nearest,
    parser::Parser,
};

impl Parser<'_> {
    /// Something stands after a complete selection.
    pub(super) fn left_over(&self, token: Token) -> SelectionError {
        let text = self.slice(token);
        let before = self.before();
        let function = Function::ALL.map(Function::name).into_iter().find(|&name| before == Some(name));
        match token.kind {
            TokenKind::Close => self.error(token.span, "this `)` has no `(`"),
            TokenKind::Unknown | TokenKind::Unterminated => self.bad_token(token),
            TokenKind::Plus => self
                .error(token.span, "there is a `+` too many")
                .hint("use parentheses to go on from a result: `(x+1)+`"),
            TokenKind::Colon | TokenKind::Equals => self
                .error(token.span, format!("`{text}` is not expected here"))
                .hint(format!("put the value in double quotes if `{text}` is part of it")),
            _ => self.error(token.span, format!("`and` or `or` is missing before `{text}`")).hint(match function {
                Some(name) => format!("write `{name}(…)` for the function"),
                None => "quote a value that has spaces in it: `key:\"my asset\"`".to_owned(),
            }),
        }
    }

    /// A number, which was read, where an asset must be.
    pub(super) fn stray_number(&self, token: Token) -> SelectionError {
        let digits = self.slice(token);
        // A number of layers is read with its `+` before this point, so here a second one follows.
        if self.peek_kind() == Some(TokenKind::Plus) {
            return self
                .error(token.span, "only one number of layers can stand before something")
                .hint("use parentheses to go on from a result: `1+(2+x)`");
        }
        self.error(token.span, format!("{digits} is a number of layers, but no `+` belongs to it"))
            .hint(format!("write `key:{digits}` for the asset with this key"))
    }

    /// There is no asset, attribute or parenthesis where one must be.
    pub(super) fn missing_operand(&self, found: Option<Token>) -> SelectionError {
        let before = self.before();
        let Some(token) = found else {
            let end = Span::new(self.text.len(), self.text.len());
            let after = before.map(|text| format!(" after `{text}`")).unwrap_or_default();
            return self.error(end, format!("something to select is missing{after}"));
        };
        let text = self.slice(token);
        match token.kind {
            TokenKind::Unknown | TokenKind::Unterminated => self.bad_token(token),
            TokenKind::Not => self
                .error(token.span, "`not` needs parentheses here")
                .hint("write `+(not x)`, or `not +x` for the opposite of `+x`"),
            TokenKind::Plus => self
                .error(token.span, "there is a `+` too many")
                .hint("write `2+x` for two layers, or `+(+x)` to go on from a result"),
            TokenKind::Null => self
                .error(token.span, "`<null>` is the value of an attribute")
                .hint("write `owner:<null>` for assets without an owner"),
            _ => self.error(token.span, format!("something to select is missing before `{text}`")),
        }
    }

    pub(super) fn missing_value(&self, span: Span, sign: Token, attribute: Attribute) -> SelectionError {
        let name = attribute.name();
        let sign = self.slice(sign);
        self.error(span, format!("a value is missing after `{sign}`")).hint(match sign {
            "=" => format!("write `{name}:name=value`; `{name}:name=\"\"` is the empty value"),
            _ => format!("write `{name}:*` for any value"),
        })
    }

    pub(super) fn bad_token(&self, token: Token) -> SelectionError {
        let text = self.slice(token);
        if token.kind == TokenKind::Unterminated {
            return self.error(token.span, "the closing double quote is missing");
        }
        let hint = match text {
            "&" => "write `and`".to_owned(),
            "|" => "write `or`".to_owned(),
            "," => "write `or` between selections".to_owned(),
            "!" | "~" => "write `not`".to_owned(),
            "'" | "`" | "\u{201c}" | "\u{201d}" => "use double quotes around a value: `\"…\"`".to_owned(),
            _ => "put the value in double quotes if this is part of it".to_owned(),
        };
        let shown = if text.contains(char::is_control) { text.escape_unicode().to_string() } else { text.to_owned() };
        self.error(token.span, format!("`{shown}` means nothing here")).hint(hint)
    }

    pub(super) fn unknown_attribute(&self, name: Token) -> SelectionError {
        let text = self.slice(name);
        let known = Attribute::ALL.map(Attribute::name).join(", ");
        let error = self.error(name.span, format!("unknown attribute `{text}` (known: {known})"));
        match Attribute::nearest(text).first() {
            Some(nearest) => error.hint(format!("did you mean `{nearest}`?")),
            None => error,
        }
    }

    pub(super) fn unknown_function(&self, name: Token) -> SelectionError {
        let text = self.slice(name);
        let known = Function::ALL.map(Function::name);
        let error = self.error(name.span, format!("unknown function `{text}` (known: {})", known.join(", ")));
        match nearest(text, known).first() {
            Some(nearest) => error.hint(format!("did you mean `{nearest}`?")),
            None => error.hint("write `and` or `or` before the parenthesis to combine the two"),
        }
    }
}
