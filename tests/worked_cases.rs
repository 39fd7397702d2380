//! The four worked cases of the method, as the example ledger has them.

mod common;

use common::Sandbox;

#[test]
fn the_sandbox_runs_the_program() {
    let sandbox = Sandbox::ledger();
    assert_eq!(sandbox.crm("list -f ids").ok(), "");
}
