//! `#[asset]`, `#[observable]` and `#[process_asset]`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Ident, Path, Type, Visibility, parse_quote};

use crate::{
    Expansion,
    function::{Function, Returns, is_unit},
    key,
    settings::{Dep, Settings, span},
    spec,
};

/// The type that stands for an asset, and what is known about it.
pub(crate) struct Marker<'a> {
    pub(crate) conditions: &'a [&'a Attribute],
    pub(crate) visibility: &'a Visibility,
    pub(crate) name: &'a Ident,
    pub(crate) key: &'a str,
    pub(crate) value: &'a Type,
    pub(crate) io: Option<&'a Path>,
    pub(crate) spec: &'a TokenStream,
}

impl Marker<'_> {
    /// The type itself, outside of the anonymous constant that holds the rest.
    ///
    /// It is an enum without variants, so that its name is free for the function and for parameters.
    pub(crate) fn declaration(&self) -> TokenStream {
        let Self { conditions, visibility, name, key, .. } = self;
        let doc = format!("The asset `{key}`.");
        quote! {
            #(#conditions)*
            #[doc = #doc]
            #[allow(non_camel_case_types, missing_debug_implementations)]
            #visibility enum #name {}
        }
    }

    /// Its traits.
    pub(crate) fn traits(&self) -> TokenStream {
        let Self { name, value, spec, .. } = self;
        let io = self.io.map_or_else(|| quote!(::headwater::JsonFiles), ToTokens::to_token_stream);
        let gives = quote_spanned!(span(value)=> impl ::headwater::Gives<#value> for #name {});
        quote! {
            impl ::headwater::Asset for #name {
                type Value = #value;
                type Io = #io;
                const SPEC: &'static ::headwater::__private::AssetSpec = {
                    static ASSET: ::headwater::__private::AssetSpec = #spec;
                    &ASSET
                };
            }
            #gives
        }
    }
}

/// Calls that name the dependencies, on `needs` or on one of its outputs.
pub(crate) fn deps(deps: &[Dep], on: &TokenStream) -> TokenStream {
    let dep = |dep: &Dep| match dep {
        Dep::Path(path) => quote_spanned!(span(path)=> #on.dep::<#path>();),
        Dep::Key(key) => quote!(#on.dep_key(#key);),
    };
    deps.iter().map(dep).collect()
}

/// `let out = …?` where the function can fail.
pub(crate) fn unwrapped(fallible: bool) -> TokenStream {
    if fallible {
        quote! {
            let out = match out {
                ::core::result::Result::Ok(out) => out,
                ::core::result::Result::Err(error) => {
                    return ::core::result::Result::Err(::headwater::__private::failure(error));
                }
            };
        }
    } else {
        TokenStream::new()
    }
}

/// The body of a step: a function that the registry can call.
pub(crate) fn body(statements: &TokenStream) -> TokenStream {
    quote! {
        #[allow(clippy::let_unit_value, clippy::unit_arg, clippy::semicolon_if_nothing_returned, unused_variables)]
        fn run(step: ::headwater::__private::Invocation) -> ::headwater::__private::BodyFuture {
            ::std::boxed::Box::pin(async move { #statements })
        }
    }
}

/// What definitions call to learn about a step.
pub(crate) fn define(name: &Ident, step: &TokenStream, needs: &TokenStream, executor: &TokenStream) -> TokenStream {
    quote! {
        impl ::headwater::Define for #name {
            fn define(into: &mut ::headwater::Definitions) {
                static STEP: ::headwater::__private::StepSpec = #step;
                fn describe(needs: &mut ::headwater::__private::Needs) { #needs }
                into.step(&STEP, describe, #executor);
            }
        }
    }
}

pub(crate) fn asset(mut settings: Settings, function: Function) -> Expansion {
    let Returns { fallible, materialized, value } = function.returns();
    let io = settings.path("io")?;
    if let (Some(io), true) = (&io, is_unit(&value)) {
        return Err(syn::Error::new(span(io), "`io` has no effect: the function returns no value to keep"));
    }
    let name = function.name();
    let wrapped =
        if materialized { TokenStream::new() } else { quote!(let out = ::headwater::Materialized::new(out);) };
    let (call, unwrapped) = (function.call(None)?, unwrapped(fallible));
    let body = body(&quote!(#call #unwrapped #wrapped step.materialize::<#name>(out).await));
    let executor = quote!(::headwater::__private::Runs::Rust(run));
    one(&mut settings, &function, &value, io.as_ref(), &quote!(output), &body, &executor)
        .and_then(|tokens| settings.finish().map(|()| tokens))
}

pub(crate) fn observable(mut settings: Settings, function: Function) -> Expansion {
    let io = settings.path("io")?;
    let value = settings.path("value")?.map_or_else(|| parse_quote!(()), |path| parse_quote!(#path));
    let name = function.name();
    let call = function.call(None)?;
    let body = body(&quote!(#call step.observe::<#name>(::headwater::IntoObservation::into_observation(out))));
    let executor = quote!(::headwater::__private::Runs::Rust(run));
    one(&mut settings, &function, &value, io.as_ref(), &quote!(observed), &body, &executor)
        .and_then(|tokens| settings.finish().map(|()| tokens))
}

pub(crate) fn process(mut settings: Settings, function: Function) -> Expansion {
    if let Some(ty) = function.params.first() {
        return Err(syn::Error::new(span(ty), "the function only says which process runs: it has no parameters"));
    }
    let name = function.name();
    let executor = quote!(::headwater::__private::Runs::Process(|| ::core::convert::Into::into(#name())));
    one(&mut settings, &function, &parse_quote!(()), None, &quote!(output), &TokenStream::new(), &executor)
        .and_then(|tokens| settings.finish().map(|()| tokens))
}

/// A step with one asset.
fn one(
    settings: &mut Settings,
    function: &Function,
    value: &Type,
    io: Option<&Path>,
    role: &TokenStream,
    body: &TokenStream,
    executor: &TokenStream,
) -> Expansion {
    let (name, conditions, kept) = (function.name(), function.conditions(), function.kept());
    let key = key::key(settings, name)?;
    let spec = spec::asset(settings, &key, &function.description(), name.span())?;
    let step = spec::step(settings, None, false, name.span())?;
    let deps = deps(&settings.deps("deps")?.unwrap_or_default(), &quote!(needs));
    let params = function.needs();
    let marker = Marker {
        conditions: &conditions,
        visibility: function.visibility(),
        name,
        key: &key.value(),
        value,
        io,
        spec: &spec,
    };
    let (declaration, traits) = (marker.declaration(), marker.traits());
    let define = define(name, &step, &quote!(needs.#role::<#name>(); #params #deps), executor);
    Ok(quote! {
        #kept
        #declaration
        #(#conditions)*
        const _: () = { #traits #body #define };
    })
}
