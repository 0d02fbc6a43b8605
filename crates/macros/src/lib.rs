//! The attributes of the `headwater` crate. Use them from there; this crate only parses and expands.
//!
//! Every attribute leaves the function as it is and adds a type of the same name, which stands for the asset:
//! `Input<orders>`, `deps = [orders]` and `definitions![orders]` name that type. So a name that does not exist is a
//! name that does not resolve. What is generated is data and one thin function; the logic is in the `headwater` crate.

mod asset;
mod check;
mod config;
mod external;
mod function;
mod key;
mod multi;
mod settings;
mod spec;

use proc_macro::TokenStream;

type Expansion = syn::Result<proc_macro2::TokenStream>;

/// Shows the first function even where its attribute is wrong, so that one mistake is one error.
fn expand(
    attribute: TokenStream,
    item: TokenStream,
    how: fn(settings::Settings, function::Function) -> Expansion,
) -> TokenStream {
    let kept = proc_macro2::TokenStream::from(item.clone());
    let expansion = syn::parse::<function::Function>(item).and_then(|function| {
        let settings = syn::parse::<settings::Settings>(attribute)?;
        how(settings, function)
    });
    match expansion {
        Ok(tokens) => tokens.into(),
        Err(error) => {
            let error = error.into_compile_error();
            quote::quote!(#kept #error).into()
        }
    }
}

/// Declares an asset: the function makes it.
///
/// See `headwater::Asset` for the settings, the parameters and what may be returned.
#[proc_macro_attribute]
pub fn asset(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand(attribute, item, asset::asset)
}

/// Declares an asset that somebody else makes; the function looks at its version.
#[proc_macro_attribute]
pub fn observable(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand(attribute, item, asset::observable)
}

/// Declares an asset that a process makes; the function says which, once, when definitions are built.
#[proc_macro_attribute]
pub fn process_asset(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand(attribute, item, asset::process)
}

/// Declares several assets that one function makes.
#[proc_macro_attribute]
pub fn multi_asset(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand(attribute, item, multi::multi_asset)
}

/// Declares a check on an asset.
#[proc_macro_attribute]
pub fn check(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand(attribute, item, check::check)
}

/// Makes a struct or an enum usable as `Config<T>`: derives `Deserialize` and `JsonSchema`, refuses unknown fields.
#[proc_macro_attribute]
pub fn config(attribute: TokenStream, item: TokenStream) -> TokenStream {
    config::config(&attribute.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Declares an asset that somebody else makes and that nothing here looks at.
#[proc_macro]
pub fn external_asset(item: TokenStream) -> TokenStream {
    syn::parse::<external::External>(item)
        .and_then(external::external)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
