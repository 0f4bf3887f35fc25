use proc_macro::TokenStream;

/// A function `answer`.
#[proc_macro]
pub fn answer(_: TokenStream) -> TokenStream {
    "fn answer() -> u32 { 42 }".parse().expect("tokens") // macro
}
