//! From settings to constant specifications. Only what was written is written out; the rest is the default.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, ExprCall, ExprLit, Ident, Lit, LitStr, ext::IdentExt};

use crate::settings::{Label, Settings, span};

/// Where the definition is.
pub(crate) fn source(at: Span) -> TokenStream {
    quote_spanned!(at=> ::headwater::__private::Source { file: file!(), line: line!(), column: column!() })
}

/// What a setting's value becomes.
type Wrap = fn(&Expr) -> TokenStream;

fn plain(value: &Expr) -> TokenStream {
    quote!(#value)
}

fn some(value: &Expr) -> TokenStream {
    quote!(::core::option::Option::Some(#value))
}

fn slice(value: &Expr) -> TokenStream {
    quote!(&#value)
}

fn span_of_time(value: &Expr) -> TokenStream {
    quote_spanned!(span(value)=> ::headwater::__private::span(#value))
}

fn some_span_of_time(value: &Expr) -> TokenStream {
    let value = span_of_time(value);
    quote!(::core::option::Option::Some(#value))
}

/// Settings of an asset whose name is the field's name.
const ASSET: &[(&str, Wrap)] = &[
    ("group", plain),
    ("domain", some),
    ("tier", some),
    ("owners", slice),
    ("kinds", slice),
    ("code_version", some),
    ("aliases", slice),
];

/// Settings of a step whose name is the field's name.
const STEP: &[(&str, Wrap)] = &[("timeout", some_span_of_time), ("pool", some), ("priority", plain)];

/// Settings of a step with the field of the retry policy that they set.
const RETRY: &[(&str, &str, Wrap)] = &[
    ("retries", "max_retries", plain),
    ("delay", "delay", span_of_time),
    ("max_delay", "max_delay", span_of_time),
    ("retry_only", "only", slice),
    ("retry_never", "never", slice),
];

/// The specification of an asset.
pub(crate) fn asset(settings: &mut Settings, key: &LitStr, description: &str, at: Span) -> syn::Result<TokenStream> {
    let mut fields = quote!(key: #key,);
    for (name, wrap) in ASSET {
        if let Some(value) = settings.value(name)? {
            let (field, value) = (Ident::new(name, span(&value)), wrap(&value));
            fields.extend(quote!(#field: #value,));
        }
    }
    match settings.value("description")? {
        Some(text) => fields.extend(quote!(description: #text,)),
        None if description.is_empty() => {}
        None => fields.extend(quote!(description: #description,)),
    }
    fields.extend(pairs(settings, "tags")?);
    fields.extend(facts(settings)?);
    fields.extend(freshness(settings)?);
    fields.extend(automation(settings)?);
    fields.extend(own_checks(settings)?);
    let source = source(at);
    Ok(
        quote!(::headwater::__private::AssetSpec { #fields source: #source, ..::headwater::__private::AssetSpec::EMPTY }),
    )
}

/// The specification of a step.
pub(crate) fn step(settings: &mut Settings, name: Option<&LitStr>, subset: bool, at: Span) -> syn::Result<TokenStream> {
    let mut fields = TokenStream::new();
    if let Some(name) = name {
        fields.extend(quote!(name: ::core::option::Option::Some(#name),));
    }
    if subset {
        fields.extend(quote!(subset: ::headwater::manifest::Subset::Any,));
    }
    for (name, wrap) in STEP {
        if let Some(value) = settings.value(name)? {
            let (field, value) = (Ident::new(name, span(&value)), wrap(&value));
            fields.extend(quote!(#field: #value,));
        }
    }
    fields.extend(pairs(settings, "requires")?);
    fields.extend(retry(settings)?);
    let source = source(at);
    Ok(quote!(::headwater::__private::StepSpec { #fields source: #source, ..::headwater::__private::StepSpec::EMPTY }))
}

fn retry(settings: &mut Settings) -> syn::Result<TokenStream> {
    let mut fields = TokenStream::new();
    let mut retries = false;
    let mut first = None;
    for (name, field, wrap) in RETRY {
        if let Some(value) = settings.value(name)? {
            retries |= *name == "retries";
            first.get_or_insert(span(&value));
            let (field, value) = (Ident::new(field, span(&value)), wrap(&value));
            fields.extend(quote!(#field: #value,));
        }
    }
    if let Some(word) = settings.word("backoff", &["constant", "linear", "exponential"])? {
        first.get_or_insert(Span::call_site());
        let variant = variant(&word);
        fields.extend(quote!(backoff: ::headwater::manifest::Backoff::#variant,));
    }
    if let Some(word) = settings.word("jitter", &["none", "full", "plus_minus"])? {
        first.get_or_insert(Span::call_site());
        let variant = variant(&word);
        fields.extend(quote!(jitter: ::headwater::manifest::Jitter::#variant,));
    }
    match first {
        None => Ok(TokenStream::new()),
        Some(at) if !retries => Err(syn::Error::new(at, "this has no effect without `retries`")),
        Some(_) => Ok(quote! {
            retry: ::headwater::__private::RetrySpec { #fields ..::headwater::__private::RetrySpec::EMPTY },
        }),
    }
}

/// `plus_minus` as `PlusMinus`.
fn variant(word: &str) -> Ident {
    let part = |part: &str| part[..1].to_uppercase() + &part[1..];
    Ident::new(&word.split('_').map(part).collect::<String>(), Span::call_site())
}

/// `tags(zone = "raw", pii)` as pairs of texts.
fn pairs(settings: &mut Settings, name: &'static str) -> syn::Result<TokenStream> {
    let labels = settings.labels(name)?;
    if labels.is_empty() {
        return Ok(TokenStream::new());
    }
    let pair = |Label { name, value }: &Label| match value {
        Some(value) => quote!((#name, #value)),
        None => quote!((#name, "")),
    };
    let pairs = labels.iter().map(pair);
    let field = Ident::new(name, Span::call_site());
    Ok(quote!(#field: &[#(#pairs),*],))
}

/// `metadata(rows = 3, docs = url("https://…"))` as constant facts.
fn facts(settings: &mut Settings) -> syn::Result<TokenStream> {
    let labels = settings.labels("metadata")?;
    if labels.is_empty() {
        return Ok(TokenStream::new());
    }
    let facts = labels.iter().map(fact).collect::<syn::Result<Vec<_>>>()?;
    Ok(quote!(metadata: &[#(#facts),*],))
}

fn fact(label: &Label) -> syn::Result<TokenStream> {
    let name = &label.name;
    let refuse = |at| {
        syn::Error::new(at, "metadata here is a text, number or bool, or url(\"…\"), markdown(\"…\"), path(\"…\")")
    };
    let value = label.value.as_ref().ok_or_else(|| refuse(name.span()))?;
    let (variant, value) = match value {
        Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) => ("Text", value),
        Expr::Lit(ExprLit { lit: Lit::Int(_), .. }) => ("Int", value),
        Expr::Lit(ExprLit { lit: Lit::Float(_), .. }) => ("Float", value),
        Expr::Lit(ExprLit { lit: Lit::Bool(_), .. }) => ("Bool", value),
        Expr::Call(ExprCall { func, args, .. }) if args.len() == 1 => {
            let Expr::Path(path) = &**func else {
                return Err(refuse(span(func)));
            };
            let variant = match path.path.get_ident().map(ToString::to_string).as_deref() {
                Some("url") => "Url",
                Some("markdown") => "Markdown",
                Some("path") => "Path",
                _ => return Err(refuse(span(func))),
            };
            (variant, &args[0])
        }
        other => return Err(refuse(span(other))),
    };
    let variant = Ident::new(variant, Span::call_site());
    Ok(quote!((#name, ::headwater::__private::Fact::#variant(#value))))
}

/// `freshness = "1d"` or `freshness(warn = "12h", fail = "1d")`.
fn freshness(settings: &mut Settings) -> syn::Result<TokenStream> {
    let (warn, fail) = if settings.has_list("freshness") {
        let Some(mut nested) = settings.nested("freshness")? else {
            return Ok(TokenStream::new());
        };
        let (warn, fail) = (nested.value("warn")?, nested.value("fail")?);
        nested.finish()?;
        (warn, fail)
    } else {
        match settings.value("freshness")? {
            Some(fail) => (None, Some(fail)),
            None => return Ok(TokenStream::new()),
        }
    };
    let Some(fail) = fail else {
        return Err(syn::Error::new(
            Span::call_site(),
            "freshness needs `fail`, as in freshness(warn = \"12h\", fail = \"1d\")",
        ));
    };
    let fail = span_of_time(&fail);
    let warn = warn.as_ref().map_or_else(|| quote!(::core::option::Option::None), some_span_of_time);
    Ok(quote! {
        freshness: ::core::option::Option::Some(::headwater::manifest::Freshness { warn_after: #warn, fail_after: #fail }),
    })
}

/// `automation = eager`, `automation = on_missing` or `automation(cron = "0 6 * * *", zone = "Europe/Berlin")`.
fn automation(settings: &mut Settings) -> syn::Result<TokenStream> {
    let condition = if settings.has_list("automation") {
        let Some(mut nested) = settings.nested("automation")? else {
            return Ok(TokenStream::new());
        };
        let (cron, zone) = (nested.literal("cron")?, nested.literal("zone")?);
        nested.finish()?;
        let Some(cron) = cron else {
            return Err(syn::Error::new(
                Span::call_site(),
                "write automation(cron = \"0 6 * * *\", zone = \"Europe/Berlin\")",
            ));
        };
        let zone = zone.unwrap_or_else(|| LitStr::new("UTC", Span::call_site()));
        quote!(OnCron { cron: #cron, zone: #zone })
    } else {
        match settings.word("automation", &["eager", "on_missing"])? {
            Some(word) => {
                let variant = variant(&word);
                quote!(#variant)
            }
            None => return Ok(TokenStream::new()),
        }
    };
    Ok(quote!(automation: ::core::option::Option::Some(::headwater::__private::AutomationSpec::#condition),))
}

/// `checks(ids_unique(blocking), row_count(severity = "warn"))`: checks that the asset's own step evaluates.
fn own_checks(settings: &mut Settings) -> syn::Result<TokenStream> {
    let Some(list) = settings.nested("checks")? else {
        return Ok(TokenStream::new());
    };
    let mut checks = Vec::new();
    for (name, mut nested) in list.drain()? {
        let text = LitStr::new(&name.unraw().to_string(), name.span());
        checks.push(check(&mut nested, &text, "", name.span())?);
        nested.finish()?;
    }
    Ok(quote!(checks: &[#(#checks),*],))
}

/// The specification of a check.
pub(crate) fn check(settings: &mut Settings, name: &LitStr, description: &str, at: Span) -> syn::Result<TokenStream> {
    let blocking = settings.flag("blocking")?;
    let severity = settings.word("severity", &["warn", "error"])?;
    let severity = variant(severity.as_deref().unwrap_or("error"));
    let description = match settings.value("description")? {
        Some(text) => quote!(#text),
        None => quote!(#description),
    };
    let source = source(at);
    Ok(quote! {
        ::headwater::__private::CheckSpec {
            name: #name,
            blocking: #blocking,
            severity: ::headwater::manifest::Severity::#severity,
            description: #description,
            source: #source,
        }
    })
}
