//! The `crm` program.

fn main() {}
