//! `#[config]`.

use proc_macro2::TokenStream;
use quote::quote;

use crate::Expansion;

pub(crate) fn config(attribute: &TokenStream, item: TokenStream) -> Expansion {
    if !attribute.is_empty() {
        return Err(syn::Error::new_spanned(
            attribute,
            "#[config] has no settings; serde's attributes go on the fields",
        ));
    }
    Ok(quote! {
        #[derive(
            ::std::fmt::Debug,
            ::std::clone::Clone,
            ::headwater::__private::serde::Deserialize,
            ::headwater::__private::schemars::JsonSchema,
        )]
        #[serde(crate = "::headwater::__private::serde", deny_unknown_fields)]
        #[schemars(crate = "::headwater::__private::schemars")]
        #item
    })
}
