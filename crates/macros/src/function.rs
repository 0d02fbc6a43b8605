//! The function under an attribute.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    Attribute, Expr, ExprLit, FnArg, GenericArgument, Ident, ItemFn, Lit, Meta, PathArguments, ReturnType, Type,
    Visibility,
    parse::{Parse, ParseStream},
    parse_quote,
};

use crate::settings::span;

/// A function that can be a step.
pub(crate) struct Function {
    pub(crate) item: ItemFn,
    pub(crate) params: Vec<Type>,
}

/// What a function returns, as far as its text says.
pub(crate) struct Returns {
    /// It is `Result<…>`.
    pub(crate) fallible: bool,
    /// It is `Materialized<…>` within that.
    pub(crate) materialized: bool,
    /// The value within that.
    pub(crate) value: Type,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let item: ItemFn = input.parse()?;
        if !item.sig.generics.params.is_empty() {
            return Err(syn::Error::new(span(&item.sig.generics), "a step cannot be generic: it is run by name"));
        }
        let param = |argument: &FnArg| match argument {
            FnArg::Typed(typed) => Ok((*typed.ty).clone()),
            FnArg::Receiver(this) => {
                Err(syn::Error::new(span(this), "a step is a free function; take resources as Res<T>"))
            }
        };
        let params = item.sig.inputs.iter().map(param).collect::<syn::Result<_>>()?;
        Ok(Self { item, params })
    }
}

impl Function {
    pub(crate) fn name(&self) -> &Ident {
        &self.item.sig.ident
    }

    pub(crate) fn visibility(&self) -> &Visibility {
        &self.item.vis
    }

    /// Conditions under which the function exists; what is generated exists under the same.
    pub(crate) fn conditions(&self) -> Vec<&Attribute> {
        self.item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
    }

    /// The function itself. Parameters are given by value whether or not it keeps them.
    pub(crate) fn kept(&self) -> TokenStream {
        let item = &self.item;
        quote! {
            #[allow(clippy::needless_pass_by_value, clippy::unused_async)]
            #item
        }
    }

    /// The doc comment, without the space after the slashes.
    pub(crate) fn description(&self) -> String {
        description(&self.item.attrs)
    }

    pub(crate) fn returns(&self) -> Returns {
        let whole = self.return_type();
        let (fallible, inner) = match argument_of(&whole, "Result") {
            Some(inner) => (true, inner),
            None => (false, whole),
        };
        match argument_of(&inner, "Materialized") {
            Some(value) => Returns { fallible, materialized: true, value },
            None => Returns { fallible, materialized: false, value: inner },
        }
    }

    fn return_type(&self) -> Type {
        match &self.item.sig.output {
            ReturnType::Default => parse_quote!(()),
            ReturnType::Type(_, ty) => (**ty).clone(),
        }
    }

    /// Statements that gather the arguments and call the function; the result is `out`.
    ///
    /// `borrowed` is the asset whose value a parameter by reference stands for.
    pub(crate) fn call(&self, borrowed: Option<&syn::Path>) -> syn::Result<TokenStream> {
        let name = self.name();
        let mut gather = TokenStream::new();
        let mut pass = Vec::new();
        for (number, ty) in self.params.iter().enumerate() {
            let local = format_ident!("argument{number}");
            let at = span(ty);
            match (ty, borrowed) {
                (Type::Reference(reference), Some(asset)) => {
                    let view = &reference.elem;
                    gather.extend(quote!(let #local = step.argument::<::headwater::Input<#asset>>().await?;));
                    pass.push(quote_spanned!(at=> ::headwater::__private::view::<#asset, #view>(&#local)));
                }
                (Type::Reference(_), None) => {
                    return Err(syn::Error::new(
                        at,
                        "a step owns its parameters: take Input<asset>, Res<T>, Config<T> or Context",
                    ));
                }
                _ => {
                    gather.extend(quote_spanned!(at=> let #local = step.argument::<#ty>().await?;));
                    pass.push(local.into_token_stream());
                }
            }
        }
        let call = match self.item.sig.asyncness {
            Some(_) => quote!(#name(#(#pass),*).await),
            None => quote!(step.blocking(move || #name(#(#pass),*)).await?),
        };
        Ok(quote!(#gather let out = #call;))
    }

    /// Calls that tell definitions what the parameters need.
    pub(crate) fn needs(&self) -> TokenStream {
        let owned = self.params.iter().filter(|ty| !matches!(ty, Type::Reference(_)));
        owned.map(|ty| quote_spanned!(span(ty)=> needs.argument::<#ty>();)).collect()
    }
}

/// `T` of `Name<T>` or `some::Name<T>`; `()` of a bare `Name`.
fn argument_of(ty: &Type, name: &str) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return Some(parse_quote!(()));
    };
    let first = arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    Some(first.unwrap_or_else(|| parse_quote!(())))
}

/// The doc comment among attributes.
pub(crate) fn description(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                let text = text.value();
                Some(text.strip_prefix(' ').unwrap_or(&text).trim_end().to_owned())
            }
            _ => None,
        },
        _ => None,
    };
    attributes.iter().filter_map(line).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Whether a type is `()`.
pub(crate) fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returns(text: &str) -> (bool, bool, String) {
        let function: Function = syn::parse_str(text).unwrap();
        let Returns { fallible, materialized, value } = function.returns();
        (fallible, materialized, value.to_token_stream().to_string())
    }

    #[test]
    fn return_types_are_taken_apart() {
        assert_eq!(returns("fn f() {}"), (false, false, "()".into()));
        assert_eq!(returns("fn f() -> Vec<Order> {}"), (false, false, "Vec < Order >".into()));
        assert_eq!(returns("fn f() -> io::Result<u8> {}"), (true, false, "u8".into()));
        assert_eq!(returns("fn f() -> Result<Materialized<u8>, E> {}"), (true, true, "u8".into()));
        assert_eq!(returns("fn f() -> Result<Materialized> {}"), (true, true, "()".into()));
    }

    #[test]
    fn methods_and_generic_functions_are_refused() {
        for text in ["fn f(&self) {}", "fn f<T>(t: T) {}", "fn f<'a>(t: &'a u8) {}"] {
            assert!(syn::parse_str::<Function>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn doc_comments_become_text() {
        let function: Function = syn::parse_str("/// One.\n///\n///   - two\nfn f() {}").unwrap();
        assert_eq!(function.description(), "One.\n\n  - two");
    }
}
