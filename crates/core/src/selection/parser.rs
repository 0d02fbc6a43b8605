//! Tokens to expression, by recursive descent. Depth is bounded, so the stack is too. What is said about a
//! text that is wrong is in `explain`.

use super::{
    ast::{Expr, Function, Reach, Term, Test},
    attribute::Attribute,
    error::{SelectionError, Span},
    lexer::{Token, TokenKind, tokens},
    pattern::{Atom, Pattern},
};

/// How deep parentheses, functions and `not` may be inside each other.
pub(crate) const MAX_NESTING: usize = 200;

type Parsed<T> = Result<T, SelectionError>;

pub(crate) fn parse(text: &str) -> Parsed<Expr> {
    let mut parser = Parser { text, tokens: tokens(text), at: 0, depth: 0 };
    if parser.tokens.is_empty() {
        let error = SelectionError::new(text, Span::new(0, text.len()), "the selection is empty");
        return Err(error.hint("write `*` to select every asset"));
    }
    let expr = parser.disjunction()?;
    match parser.peek() {
        None => Ok(expr),
        Some(token) => Err(parser.left_over(token)),
    }
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub(super) fn peek_kind(&self) -> Option<TokenKind> {
        self.peek().map(|token| token.kind)
    }

    fn kind_after(&self) -> Option<TokenKind> {
        self.tokens.get(self.at + 1).map(|token| token.kind)
    }

    fn eat(&mut self, kind: TokenKind) -> Option<Token> {
        let token = self.peek().filter(|token| token.kind == kind)?;
        self.at += 1;
        Some(token)
    }

    pub(super) fn slice(&self, token: Token) -> &'a str {
        self.text.get(token.span.range()).unwrap_or_default()
    }

    /// The text of the token that was read last.
    pub(super) fn before(&self) -> Option<&'a str> {
        let token = self.tokens.get(self.at.checked_sub(1)?)?;
        Some(self.slice(*token))
    }

    pub(super) fn error(&self, span: Span, message: impl Into<String>) -> SelectionError {
        SelectionError::new(self.text, span, message)
    }

    fn disjunction(&mut self) -> Parsed<Expr> {
        let mut children = vec![self.conjunction()?];
        while self.eat(TokenKind::Or).is_some() {
            children.push(self.conjunction()?);
        }
        Ok(Expr::or(children))
    }

    fn conjunction(&mut self) -> Parsed<Expr> {
        let mut children = vec![self.negation()?];
        while self.eat(TokenKind::And).is_some() {
            children.push(self.negation()?);
        }
        Ok(Expr::and(children))
    }

    fn negation(&mut self) -> Parsed<Expr> {
        match self.eat(TokenKind::Not) {
            Some(token) => self.nested(token, |parser| Ok(Expr::Not(Box::new(parser.negation()?)))),
            None => self.around(),
        }
    }

    fn around(&mut self) -> Parsed<Expr> {
        let up = self.layers_before()?;
        let of = self.operand()?;
        let down = self.layers_after()?;
        Ok(match (up, down) {
            (Reach::None, Reach::None) => of,
            (up, down) => Expr::Around { up, down, of: Box::new(of) },
        })
    }

    fn layers_before(&mut self) -> Parsed<Reach> {
        match (self.peek(), self.kind_after()) {
            (Some(token), Some(TokenKind::Plus)) if self.is_number(token) => {
                self.at += 2;
                self.layers(token)
            }
            (Some(Token { kind: TokenKind::Plus, .. }), _) => {
                self.at += 1;
                Ok(Reach::Unlimited)
            }
            _ => Ok(Reach::None),
        }
    }

    fn layers_after(&mut self) -> Parsed<Reach> {
        if self.eat(TokenKind::Plus).is_none() {
            return Ok(Reach::None);
        }
        match self.peek().filter(|&token| self.is_number(token)) {
            Some(token) => {
                self.at += 1;
                self.layers(token)
            }
            None => Ok(Reach::Unlimited),
        }
    }

    fn is_number(&self, token: Token) -> bool {
        token.kind == TokenKind::Word && self.slice(token).bytes().all(|byte| byte.is_ascii_digit())
    }

    fn layers(&self, token: Token) -> Parsed<Reach> {
        let digits = self.slice(token);
        digits.parse().map(Reach::Layers).map_err(|_| {
            self.error(token.span, format!("{digits} is too large a number of layers"))
                .hint("write `+` without a number for all layers")
        })
    }

    /// Runs `inner` one level deeper, unless that is too deep. `token` is what opened the level.
    fn nested<T>(&mut self, token: Token, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_NESTING {
            let message = format!("the selection is nested more than {MAX_NESTING} levels deep");
            return Err(self.error(token.span, message));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn operand(&mut self) -> Parsed<Expr> {
        let Some(token) = self.peek() else {
            return Err(self.missing_operand(None));
        };
        match token.kind {
            TokenKind::Open => {
                self.at += 1;
                self.nested(token, |parser| parser.closed(token))
            }
            TokenKind::Quoted => self.quoted_key(token),
            TokenKind::Word => self.word(token),
            _ => Err(self.missing_operand(Some(token))),
        }
    }

    /// What stands between `open`, which was read, and its `)`.
    fn closed(&mut self, open: Token) -> Parsed<Expr> {
        if self.peek_kind() == Some(TokenKind::Close) {
            let span = self.peek().map_or(open.span, |close| open.span.to(close.span));
            return Err(self.error(span, "there is nothing between the parentheses"));
        }
        let expr = self.disjunction()?;
        if self.eat(TokenKind::Close).is_some() {
            return Ok(expr);
        }
        Err(match self.peek() {
            None => self.error(open.span, "this `(` is never closed"),
            Some(token) => self.left_over(token),
        })
    }

    fn word(&mut self, token: Token) -> Parsed<Expr> {
        let name = self.slice(token);
        self.at += 1;
        match self.peek_kind() {
            Some(TokenKind::Colon) => self.attribute(token),
            Some(TokenKind::Open) => self.call(token),
            _ if name == "*" => Ok(Expr::All),
            _ if self.is_number(token) => Err(self.stray_number(token)),
            _ => Ok(Expr::Term(Term {
                attribute: Attribute::Key,
                test: Test::Is(Pattern::glob(name)),
                span: token.span,
            })),
        }
    }

    fn quoted_key(&mut self, token: Token) -> Parsed<Expr> {
        self.at += 1;
        let test = Test::Is(self.unquote(token)?);
        Ok(Expr::Term(Term { attribute: Attribute::Key, test, span: token.span }))
    }

    /// `name`, which was read, is followed by `(`.
    fn call(&mut self, name: Token) -> Parsed<Expr> {
        let text = self.slice(name);
        let Some(function) = Function::ALL.into_iter().find(|function| function.name() == text) else {
            return Err(self.unknown_function(name));
        };
        let Some(open) = self.eat(TokenKind::Open) else {
            return Err(self.missing_operand(self.peek()));
        };
        let of = self.nested(name, |parser| parser.closed(open))?;
        Ok(Expr::Call(function, Box::new(of)))
    }

    /// `name`, which was read, is followed by `:`.
    fn attribute(&mut self, name: Token) -> Parsed<Expr> {
        let text = self.slice(name);
        let attribute = Attribute::from_name(text).ok_or_else(|| self.unknown_attribute(name))?;
        let Some(colon) = self.eat(TokenKind::Colon) else {
            return Err(self.missing_operand(self.peek()));
        };
        if let Some(null) = self.eat(TokenKind::Null) {
            return Ok(Expr::Term(Term { attribute, test: Test::Missing, span: name.span.to(null.span) }));
        }
        let (first, mut span) = self.value(colon, attribute)?;
        let test = match self.eat(TokenKind::Equals) {
            None => Test::Is(first),
            Some(equals) if attribute == Attribute::Tag => {
                let (second, end) = self.value(equals, attribute)?;
                span = end;
                Test::Pair(first, second)
            }
            Some(equals) => {
                return Err(self
                    .error(equals.span, format!("only tags have a name and a value; `{text}:` has one value"))
                    .hint("put the value in double quotes if `=` is part of it"));
            }
        };
        Ok(Expr::Term(Term { attribute, test, span: name.span.to(span) }))
    }

    /// A value and where it stands, after `sign`, which was read.
    ///
    /// Any word is a value, also a number or `and`. Words with colons between them but no space are one
    /// value, because owners look like that: `owner:team:data`.
    fn value(&mut self, sign: Token, attribute: Attribute) -> Parsed<(Pattern, Span)> {
        let Some(first) = self.peek() else {
            let end = Span::new(self.text.len(), self.text.len());
            return Err(self.missing_value(end, sign, attribute));
        };
        match first.kind {
            TokenKind::Quoted => {
                self.at += 1;
                Ok((self.unquote(first)?, first.span))
            }
            kind if is_value(kind) => {
                let span = self.joined_words(first.span);
                Ok((Pattern::glob(self.text.get(span.range()).unwrap_or_default()), span))
            }
            TokenKind::Unknown | TokenKind::Unterminated => Err(self.bad_token(first)),
            _ => Err(self.missing_value(first.span, sign, attribute)),
        }
    }

    fn joined_words(&mut self, first: Span) -> Span {
        let mut span = first;
        self.at += 1;
        while let [colon, word, ..] = self.tokens.get(self.at..).unwrap_or_default() {
            let adjacent = colon.span.start == span.end && word.span.start == colon.span.end;
            if colon.kind != TokenKind::Colon || !is_value(word.kind) || !adjacent {
                break;
            }
            span = span.to(word.span);
            self.at += 2;
        }
        span
    }

    /// The pattern inside the quotes: `\"`, `\\`, `\*` and `\?` stand for the character itself.
    fn unquote(&self, token: Token) -> Parsed<Pattern> {
        let inner = Span::new(token.span.start + 1, token.span.end - 1);
        let text = self.text.get(inner.range()).unwrap_or_default();
        let mut atoms = Vec::with_capacity(text.len());
        let mut chars = text.char_indices();
        while let Some((at, c)) = chars.next() {
            atoms.push(match c {
                '*' => Atom::AnyRun,
                '?' => Atom::AnyOne,
                '\\' => match chars.next() {
                    Some((_, c @ ('"' | '\\' | '*' | '?'))) => Atom::Char(c),
                    other => {
                        let length = 1 + other.map_or(0, |(_, c)| c.len_utf8());
                        let span = Span::new(inner.start + at, inner.start + at + length);
                        return Err(self
                            .error(span, "a backslash can only stand before `\"`, `\\`, `*` or `?`")
                            .hint("write `\\\\` for a backslash"));
                    }
                },
                c => Atom::Char(c),
            });
        }
        Ok(Pattern::from_atoms(atoms))
    }
}

const fn is_value(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Word | TokenKind::And | TokenKind::Or | TokenKind::Not)
}
