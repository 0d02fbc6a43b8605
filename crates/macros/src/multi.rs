//! `#[multi_asset]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Ident, LitStr, Path, Token, Type,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

use crate::{
    Expansion,
    asset::{self, Marker},
    function::{Function, description, is_unit},
    key,
    settings::{Dep, Settings, span},
    spec,
};

/// `output(customers: Vec<Customer>, group = "cleansed")`, with its doc comment inside the parentheses.
struct Output {
    attributes: Vec<Attribute>,
    name: Ident,
    value: Type,
    settings: Settings,
}

impl Parse for Output {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let name = input.parse()?;
        let value = if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            input.parse()?
        } else {
            syn::parse_quote!(())
        };
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
        }
        Ok(Self { attributes, name, value, settings: input.parse()? })
    }
}

/// One output, read.
struct Declared {
    name: Ident,
    value: Type,
    key: LitStr,
    io: Option<Path>,
    deps: Option<Vec<Dep>>,
    spec: TokenStream,
}

fn declared(tokens: TokenStream) -> syn::Result<Declared> {
    let Output { attributes, name, value, mut settings } = syn::parse2(tokens)?;
    let key = key::key(&mut settings, &name)?;
    let io = settings.path("io")?;
    if let (Some(io), true) = (&io, is_unit(&value)) {
        return Err(syn::Error::new(span(io), "`io` has no effect: this output has no value to keep"));
    }
    let deps = settings.deps("deps")?;
    let spec = spec::asset(&mut settings, &key, &description(&attributes), name.span())?;
    settings.finish()?;
    Ok(Declared { name, value, key, io, deps, spec })
}

pub(crate) fn multi_asset(mut settings: Settings, function: Function) -> Expansion {
    let name = function.name();
    let outputs = settings.lists("output")?.into_iter().map(declared).collect::<syn::Result<Vec<_>>>()?;
    if outputs.is_empty() {
        return Err(syn::Error::new(name.span(), "name what it makes: #[multi_asset(output(orders: Vec<Order>), …)]"));
    }
    let label = match settings.literal("name")? {
        Some(label) => label,
        None => LitStr::new(&name.unraw().to_string(), name.span()),
    };
    let subset = settings.flag("subset")?;
    let step = spec::step(&mut settings, Some(&label), subset, name.span())?;
    let shared = asset::deps(&settings.deps("deps")?.unwrap_or_default(), &quote!(needs));
    settings.finish()?;

    let (conditions, visibility, kept) = (function.conditions(), function.visibility(), function.kept());
    let (mut declarations, mut traits, mut needs) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
    for Declared { name: output, value, key, io, deps, spec } in &outputs {
        let marker = Marker {
            conditions: &conditions,
            visibility,
            name: output,
            key: &key.value(),
            value,
            io: io.as_ref(),
            spec,
        };
        declarations.extend(marker.declaration());
        traits.extend(marker.traits());
        traits.extend(quote!(impl ::headwater::OutputOf<#name> for #output {}));
        let own = deps.as_deref().map(|own| {
            let own = asset::deps(own, &quote!(output));
            quote!(output.own_deps(); #own)
        });
        needs.extend(quote!({ let output = needs.output::<#output>(); #own }));
    }
    let (call, params) = (function.call(None)?, function.needs());
    let unwrapped = asset::unwrapped(function.returns().fallible);
    let body = asset::body(&quote!(#call #unwrapped step.give::<#name>(out).await));
    let executor = quote!(::headwater::__private::Runs::Rust(run));
    let define = asset::define(name, &step, &quote!(#needs #params #shared), &executor);
    let doc = format!("The step `{}`.", label.value());
    Ok(quote! {
        #kept
        #declarations
        #(#conditions)*
        #[doc = #doc]
        #[allow(non_camel_case_types, missing_debug_implementations)]
        #visibility enum #name {}
        #(#conditions)*
        const _: () = { #traits #body #define };
    })
}
