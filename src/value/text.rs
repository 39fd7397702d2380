//! Short texts: ids, names, reasons. The one home of `smol_str`.

/// A text that does not change. Up to 23 bytes, as nearly all of a ledger's words have, it is stored where it
/// is used and costs no memory of its own; longer ones are shared by their copies.
pub type Text = smol_str::SmolStr;
