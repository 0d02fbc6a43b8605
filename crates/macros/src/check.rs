//! `#[check]`.

use proc_macro2::Span;
use quote::quote;
use syn::{LitStr, ext::IdentExt};

use crate::{Expansion, asset, function::Function, settings::Settings, spec};

pub(crate) fn check(mut settings: Settings, function: Function) -> Expansion {
    let Some(asset) = settings.path("asset")? else {
        return Err(syn::Error::new(Span::call_site(), "say which asset it checks: #[check(asset = orders)]"));
    };
    let name = function.name();
    let label = match settings.literal("name")? {
        Some(label) => label,
        None => LitStr::new(&name.unraw().to_string(), name.span()),
    };
    let spec = spec::check(&mut settings, &label, &function.description(), name.span())?;
    let step = spec::step(&mut settings, None, false, name.span())?;
    settings.finish()?;

    let (call, params) = (function.call(Some(&asset))?, function.needs());
    let body = asset::body(&quote! {
        #call
        step.checked::<#asset>(&CHECK, ::headwater::IntoCheck::into_check(out))
    });
    let needs = quote!(needs.checked::<#asset>(&CHECK); #params);
    let define = asset::define(name, &step, &needs, &quote!(::headwater::__private::Runs::Rust(run)));
    let (conditions, visibility, kept) = (function.conditions(), function.visibility(), function.kept());
    let doc = format!("The check `{}`.", label.value());
    Ok(quote! {
        #kept
        #(#conditions)*
        #[doc = #doc]
        #[allow(non_camel_case_types, missing_debug_implementations)]
        #visibility enum #name {}
        #(#conditions)*
        const _: () = {
            static CHECK: ::headwater::__private::CheckSpec = #spec;
            #body
            #define
        };
    })
}
