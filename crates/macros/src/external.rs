//! `external_asset!`.

use quote::quote;
use syn::{
    Attribute, Ident, Token, Type, Visibility,
    parse::{Parse, ParseStream},
};

use crate::{Expansion, asset, asset::Marker, function::description, key, settings::Settings, spec};

/// `/// Doc. pub crm_accounts: Vec<Account>, key = "crm/accounts", group = "crm"`.
pub(crate) struct External {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    value: Type,
    settings: Settings,
}

impl Parse for External {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (attributes, visibility, name) = (input.call(Attribute::parse_outer)?, input.parse()?, input.parse()?);
        let value = if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            input.parse()?
        } else {
            syn::parse_quote!(())
        };
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
        }
        Ok(Self { attributes, visibility, name, value, settings: input.parse()? })
    }
}

pub(crate) fn external(external: External) -> Expansion {
    let External { attributes, visibility, name, value, mut settings } = external;
    let key = key::key(&mut settings, &name)?;
    let io = settings.path("io")?;
    let deps = asset::deps(&settings.deps("deps")?.unwrap_or_default(), &quote!(needs));
    let spec = spec::asset(&mut settings, &key, &description(&attributes), name.span())?;
    settings.finish()?;
    let conditions: Vec<_> = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
    let marker = Marker {
        conditions: &conditions,
        visibility: &visibility,
        name: &name,
        key: &key.value(),
        value: &value,
        io: io.as_ref(),
        spec: &spec,
    };
    let (declaration, traits) = (marker.declaration(), marker.traits());
    Ok(quote! {
        #declaration
        #(#conditions)*
        const _: () = {
            #traits
            impl ::headwater::Define for #name {
                fn define(into: &mut ::headwater::Definitions) {
                    fn describe(needs: &mut ::headwater::__private::Needs) { needs.external::<#name>(); #deps }
                    into.external(describe);
                }
            }
        };
    })
}
