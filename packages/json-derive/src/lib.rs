//! `#[derive(FromJson)]` and `#[derive(ToJson)]` for messages: the same JSON as serde's derive under `#[cw_serde]` (snake-case
//! variants outside, unknown fields ignored), with `#[serde(default)]` on a field as the only attribute that is known.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote};
use syn::{parse_macro_input, Data, DeriveInput, Error, Field, Fields, Ident, Result};

/// Reads a message from JSON.
#[proc_macro_derive(FromJson)]
pub fn derive_from_json(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    from_json(&input)
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

/// Writes a message as JSON.
#[proc_macro_derive(ToJson)]
pub fn derive_to_json(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    to_json(&input)
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

fn from_json(input: &DeriveInput) -> Result<Tokens> {
    refuse_strictness(input)?;
    let body = match &input.data {
        Data::Struct(data) => {
            let (names, read) = read_fields(&data.fields)?;
            quote! {
                let mut fields = ::ballast_json::FieldsOf::open(value, &[#(#names),*])?;
                Ok(Self { #(#read),* })
            }
        }
        Data::Enum(data) => {
            let mut names = vec![];
            let mut arms = vec![];
            for (index, variant) in data.variants.iter().enumerate() {
                let ident = &variant.ident;
                names.push(snake_case(ident));
                arms.push(match &variant.fields {
                    Fields::Unit => quote! { #index => { content.nothing()?; Ok(Self::#ident) } },
                    Fields::Unnamed(fields) if fields.unnamed.len() == 1 => quote! {
                        #index => Ok(Self::#ident(::ballast_json::FromJson::from_json(content.value()?)?))
                    },
                    fields => {
                        let (names, read) = read_fields(fields)?;
                        quote! {
                            #index => {
                                let mut fields = ::ballast_json::FieldsOf::open(content.value()?, &[#(#names),*])?;
                                Ok(Self::#ident { #(#read),* })
                            }
                        }
                    }
                });
            }
            quote! {
                let (index, content) = ::ballast_json::Content::open(value, &[#(#names),*])?;
                match index {
                    #(#arms,)*
                    _ => Err(::ballast_json::JsonError::no_variant()),
                }
            }
        }
        Data::Union(_) => return Err(Error::new_spanned(&input.ident, "a union is no message")),
    };
    Ok(implementation(
        input,
        &format_ident!("FromJson"),
        &quote! {
            fn from_json(value: ::ballast_json::Json) -> ::core::result::Result<Self, ::ballast_json::JsonError> {
                #body
            }
        },
    ))
}

/// Names of the fields, and the expressions that read them.
fn read_fields(fields: &Fields) -> Result<(Vec<String>, Vec<Tokens>)> {
    let mut names = vec![];
    let mut read = vec![];
    for (index, field) in fields.iter().enumerate() {
        let ident = name_of(field)?;
        let take = match default_of(field)? {
            None => quote!(take(#index)),
            Some(default) => quote!(take_or(#index, #default)),
        };
        names.push(ident.to_string());
        read.push(quote! { #ident: fields.#take? });
    }
    Ok((names, read))
}

fn to_json(input: &DeriveInput) -> Result<Tokens> {
    let body = match &input.data {
        Data::Struct(data) => {
            let mut fields = vec![];
            for field in &data.fields {
                default_of(field)?;
                let ident = name_of(field)?;
                let name = ident.to_string();
                fields.push(quote! { (#name, &self.#ident) });
            }
            quote! { out.object(&[#(#fields),*]); }
        }
        Data::Enum(data) => {
            let mut arms = vec![];
            for variant in &data.variants {
                let ident = &variant.ident;
                let name = snake_case(ident);
                arms.push(match &variant.fields {
                    Fields::Unit => quote! { Self::#ident => out.text(#name) },
                    Fields::Unnamed(fields) if fields.unnamed.len() == 1 => quote! {
                        Self::#ident(content) => out.variant(#name, content)
                    },
                    fields => {
                        let idents = fields.iter().map(name_of).collect::<Result<Vec<_>>>()?;
                        let names = idents.iter().map(ToString::to_string);
                        quote! {
                            Self::#ident { #(#idents),* } => out.struct_variant(#name, &[#((#names, #idents)),*])
                        }
                    }
                });
            }
            quote! { match self { #(#arms,)* } }
        }
        Data::Union(_) => return Err(Error::new_spanned(&input.ident, "a union is no message")),
    };
    Ok(implementation(
        input,
        &format_ident!("ToJson"),
        &quote! {
            fn to_json(&self, out: &mut ::ballast_json::Writer) {
                #body
            }
        },
    ))
}

fn implementation(input: &DeriveInput, name: &Ident, body: &Tokens) -> Tokens {
    let ident = &input.ident;
    let mut generics = input.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter
            .bounds
            .push(syn::parse_quote!(::ballast_json::#name));
        parameter.default = None;
    }
    let (generics, arguments, clause) = generics.split_for_impl();
    quote! {
        impl #generics ::ballast_json::#name for #ident #arguments #clause {
            #body
        }
    }
}

fn name_of(field: &Field) -> Result<&Ident> {
    let named = field.ident.as_ref();
    named.ok_or_else(|| Error::new_spanned(field, "fields of a message have names"))
}

/// `deny_unknown_fields` would be another JSON: it is refused.
fn refuse_strictness(input: &DeriveInput) -> Result<()> {
    for attribute in &input.attrs {
        if attribute.path().is_ident("serde") {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("deny_unknown_fields") {
                    return Err(meta.error("unknown fields are ignored here"));
                }
                if meta.input.peek(syn::Token![=]) {
                    meta.value()?.parse::<syn::LitStr>()?;
                }
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// The function that says what an absent field is. Anything else that serde is told would change the JSON: it is refused.
fn default_of(field: &Field) -> Result<Option<Tokens>> {
    let mut found = None;
    for attribute in &field.attrs {
        if attribute.path().is_ident("serde") {
            attribute.parse_nested_meta(|meta| {
                if !meta.path.is_ident("default") {
                    return Err(meta.error("only `default` is known here"));
                }
                found = Some(if meta.input.peek(syn::Token![=]) {
                    let function: syn::ExprPath = meta.value()?.parse::<syn::LitStr>()?.parse()?;
                    quote!(#function)
                } else {
                    quote!(::core::default::Default::default)
                });
                Ok(())
            })?;
        }
    }
    Ok(found)
}

/// As serde renames variants: every capital but the first begins a word.
fn snake_case(ident: &Ident) -> String {
    let mut name = String::new();
    for (index, letter) in ident.to_string().char_indices() {
        if letter.is_uppercase() && index > 0 {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}
