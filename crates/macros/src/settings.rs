//! The settings in an attribute: `flag`, `name = value`, `name(…)`.

use proc_macro2::{Span, TokenStream};
use syn::{
    Expr, ExprArray, ExprLit, Ident, Lit, LitStr, Path, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser},
    punctuated::Punctuated,
    token::Paren,
};

/// Settings that were written and not yet taken. Whatever is left in the end is unknown.
pub(crate) struct Settings {
    written: Vec<Setting>,
    known: Vec<&'static str>,
}

struct Setting {
    name: Ident,
    form: Form,
}

enum Form {
    Flag,
    Is(Box<Expr>),
    With(TokenStream),
}

/// A dependency: a Rust path, or the key of an asset that has none.
pub(crate) enum Dep {
    Path(Path),
    Key(LitStr),
}

/// `name = value` or `name` in a list of labels or facts.
pub(crate) struct Label {
    pub(crate) name: LitStr,
    pub(crate) value: Option<Expr>,
}

impl Parse for Settings {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let written = Punctuated::<Setting, Token![,]>::parse_terminated(input)?.into_iter().collect();
        Ok(Self { written, known: Vec::new() })
    }
}

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let form = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Form::Is(Box::new(input.parse()?))
        } else if input.peek(Paren) {
            let content;
            syn::parenthesized!(content in input);
            Form::With(content.parse()?)
        } else {
            Form::Flag
        };
        Ok(Self { name, form })
    }
}

impl Parse for Label {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = if input.peek(LitStr) {
            input.parse()?
        } else {
            let name = input.call(Ident::parse_any)?;
            LitStr::new(&name.unraw().to_string(), name.span())
        };
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Some(input.parse()?)
        } else {
            None
        };
        Ok(Self { name, value })
    }
}

impl Settings {
    fn take(&mut self, name: &'static str) -> syn::Result<Option<Setting>> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        let Some(at) = self.written.iter().position(|setting| setting.name == name) else {
            return Ok(None);
        };
        let setting = self.written.remove(at);
        match self.written.iter().find(|other| other.name == name) {
            Some(twice) => Err(syn::Error::new(twice.name.span(), format!("`{name}` is set twice"))),
            None => Ok(Some(setting)),
        }
    }

    /// Whether a flag is there.
    pub(crate) fn flag(&mut self, name: &'static str) -> syn::Result<bool> {
        match self.take(name)? {
            None => Ok(false),
            Some(Setting { form: Form::Flag, .. }) => Ok(true),
            Some(other) => Err(other.not(&format!("`{name}` stands alone"))),
        }
    }

    /// The value of `name = value`.
    pub(crate) fn value(&mut self, name: &'static str) -> syn::Result<Option<Expr>> {
        match self.take(name)? {
            None => Ok(None),
            Some(Setting { form: Form::Is(value), .. }) => Ok(Some(*value)),
            Some(other) => Err(other.not(&format!("write `{name} = …`"))),
        }
    }

    /// A value that must be a text in quotes, because it is read at compile time.
    pub(crate) fn literal(&mut self, name: &'static str) -> syn::Result<Option<LitStr>> {
        self.value(name)?.map(|value| text(&value, name)).transpose()
    }

    /// A value that is one of a few words, with or without quotes.
    pub(crate) fn word(&mut self, name: &'static str, words: &[&str]) -> syn::Result<Option<String>> {
        let Some(value) = self.value(name)? else {
            return Ok(None);
        };
        let (word, span) = match &value {
            Expr::Path(path) if path.path.get_ident().is_some() => {
                (path.path.get_ident().map(ToString::to_string).unwrap_or_default(), span(&value))
            }
            other => {
                let text = text(other, name)?;
                (text.value(), text.span())
            }
        };
        if words.contains(&word.as_str()) {
            Ok(Some(word))
        } else {
            Err(syn::Error::new(span, format!("`{name}` is one of: {}", words.join(", "))))
        }
    }

    /// A type or asset by its path.
    pub(crate) fn path(&mut self, name: &'static str) -> syn::Result<Option<Path>> {
        self.value(name)?.map(|value| path(value, name)).transpose()
    }

    /// The dependencies in `name = [a, b::c, "some/key"]`; none where nothing was said.
    pub(crate) fn deps(&mut self, name: &'static str) -> syn::Result<Option<Vec<Dep>>> {
        let Some(value) = self.value(name)? else {
            return Ok(None);
        };
        let Expr::Array(ExprArray { elems, .. }) = value else {
            return Err(syn::Error::new(span(&value), format!("write `{name} = [orders, customers]`")));
        };
        let dep = |element: Expr| match element {
            Expr::Lit(ExprLit { lit: Lit::Str(key), .. }) => Ok(Dep::Key(key)),
            other => path(other, name).map(Dep::Path),
        };
        elems.into_iter().map(dep).collect::<syn::Result<_>>().map(Some)
    }

    /// The labels in `name(zone = "raw", pii)`.
    pub(crate) fn labels(&mut self, name: &'static str) -> syn::Result<Vec<Label>> {
        let Some(tokens) = self.list(name)? else {
            return Ok(Vec::new());
        };
        Ok(Punctuated::<Label, Token![,]>::parse_terminated.parse2(tokens)?.into_iter().collect())
    }

    /// The settings in `name(…)`.
    pub(crate) fn nested(&mut self, name: &'static str) -> syn::Result<Option<Self>> {
        self.list(name)?.map(syn::parse2).transpose()
    }

    /// What is in the parentheses of `name(…)`.
    pub(crate) fn list(&mut self, name: &'static str) -> syn::Result<Option<TokenStream>> {
        match self.take(name)? {
            None => Ok(None),
            Some(Setting { form: Form::With(tokens), .. }) => Ok(Some(tokens)),
            Some(other) => Err(other.not(&format!("write `{name}(…)`"))),
        }
    }

    /// What is in the parentheses of every `name(…)`.
    pub(crate) fn lists(&mut self, name: &'static str) -> syn::Result<Vec<TokenStream>> {
        self.known.push(name);
        let (found, rest) = std::mem::take(&mut self.written).into_iter().partition(|setting| setting.name == name);
        self.written = rest;
        let tokens = |setting: Setting| match setting.form {
            Form::With(tokens) => Ok(tokens),
            _ => Err(setting.not(&format!("write `{name}(…)`"))),
        };
        Vec::into_iter(found).map(tokens).collect()
    }

    /// Whether `name` was written with a value or with parentheses.
    pub(crate) fn has_list(&self, name: &str) -> bool {
        self.written.iter().any(|setting| setting.name == name && matches!(setting.form, Form::With(_)))
    }

    /// The names that stand alone or with parentheses, in their order: a list of checks.
    pub(crate) fn drain(self) -> syn::Result<Vec<(Ident, Self)>> {
        let entry = |setting: Setting| match setting.form {
            Form::Flag => Ok((setting.name, Self { written: Vec::new(), known: Vec::new() })),
            Form::With(tokens) => Ok((setting.name, syn::parse2(tokens)?)),
            Form::Is(_) => Err(setting.not("write a name, or a name with its settings in parentheses")),
        };
        self.written.into_iter().map(entry).collect()
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(mut self) -> syn::Result<()> {
        let Some(first) = self.written.first() else {
            return Ok(());
        };
        self.known.sort_unstable();
        self.known.dedup();
        let known = self.known.join(", ");
        Err(syn::Error::new(
            first.name.span(),
            format!("there is no setting `{}` here; there are: {known}", first.name),
        ))
    }
}

impl Setting {
    fn not(&self, message: &str) -> syn::Error {
        syn::Error::new(self.name.span(), message)
    }
}

fn text(value: &Expr, name: &str) -> syn::Result<LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text.clone()),
        other => Err(syn::Error::new(span(other), format!("`{name}` is a text in quotes"))),
    }
}

fn path(value: Expr, name: &str) -> syn::Result<Path> {
    match value {
        Expr::Path(path) => Ok(path.path),
        other => Err(syn::Error::new(span(&other), format!("`{name}` takes Rust paths, as in orders or shop::orders"))),
    }
}

pub(crate) fn span(tokens: &impl syn::spanned::Spanned) -> Span {
    tokens.span()
}
