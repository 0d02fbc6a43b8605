//! What must not compile, and what the compiler says about it.
//!
//! Every case is compiled on its own, so there are few, each with several mistakes.

#[test]
fn mistakes_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
