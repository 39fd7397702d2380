//! Splits a query into the part that needs no grades, evaluated during the scan, and the part evaluated after
//! grading. The rules of grading need this: their conditions look at prospects, which a scan does not keep, and at
//! the levels of customers, which are known only after the scan.

use super::matching::{Answers, Node};
use super::{Others, Query, QueryContext};
use crate::rules::attribute::View;
use crate::rules::customer::Customer;
use crate::rules::replay::state::Record;

/// The parts of all split queries that ask about prospects alone.
#[derive(Debug, Default)]
pub(in crate::rules) struct Questions(Vec<Node>);

impl Questions {
    /// Splits a query: the part that is returned needs a prospect's answers and the customer.
    pub(in crate::rules) fn part(&mut self, query: Query) -> Query {
        Query { node: self.node(query.node), ..query }
    }

    fn node(&mut self, node: Node) -> Node {
        match node {
            // An empty query holds for every prospect.
            Node::All(parts) if parts.is_empty() => Node::All(parts),
            alone if !alone.asks_grades() => {
                self.0.push(alone);
                Node::Answer(self.0.len() - 1)
            }
            Node::All(parts) => Node::All(self.nodes(parts)),
            Node::Any(parts) => Node::Any(self.nodes(parts)),
            Node::Not(part) => Node::Not(Box::new(self.node(*part))),
            of_customer => of_customer,
        }
    }

    fn nodes(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        nodes.into_iter().map(|node| self.node(node)).collect()
    }

    /// The other files that they look into.
    pub(in crate::rules) fn others(&self) -> Others {
        self.0.iter().map(Node::others).fold(Others::default(), Others::and)
    }

    /// The answers of a prospect, if there are questions.
    pub(in crate::rules) fn answers(
        &self,
        record: &Record,
        context: &QueryContext<'_>,
    ) -> Option<Answers> {
        if self.0.is_empty() {
            return None;
        }
        let view = View { customer: None, ..View::of(record, context.settings, context.as_of) };
        let mut bits = vec![0; self.0.len().div_ceil(64)];
        for (question, node) in self.0.iter().enumerate() {
            bits[question / 64] |=
                u64::from(node.matches(&view, &Answers::default())) << (question % 64);
        }
        Some(Answers(bits.into()))
    }
}

impl Query {
    /// Does the query select a prospect that gave these answers and belongs to this customer? For the part that
    /// [`Questions::part`] returned, which reads nothing else: `blank` is any record.
    pub(in crate::rules) fn matches_apart(
        &self,
        answers: &Answers,
        customer: &Customer,
        blank: &Record,
        context: &QueryContext<'_>,
    ) -> bool {
        let view = View::of(blank, context.settings, context.as_of);
        self.node.matches(&View { customer: Some(customer), ..view }, answers)
    }
}
