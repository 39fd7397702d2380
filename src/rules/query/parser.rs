//! Tokens to a tree, by recursive descent with a limit on its depth.
//!
//! ```text
//! any   = all ("or" all)*
//! all   = one (["and"] one)*
//! one   = ("not" | "!") one | "(" any ")" | term
//! term  = NAME OP values | values        a value `@NAME` without a field is a segment
//! values = VALUE ("," VALUE)*
//! ```

use super::compile::{self, QueryTerm};
use super::lexer::{Op, Token, Word, lex};
use super::matching::Node;
use super::pattern::Pattern;
use super::segments;
use super::{Asked, MAX_DEPTH, Parsed};
use crate::diag::Words;
use std::ops::Range;

/// The tree of a query.
pub(super) fn parse(asked: &Asked<'_>) -> Parsed<Node> {
    let tokens = lex(asked)?;
    let mut parser = Parser { asked, tokens: &tokens, at: 0, depth: asked.depth };
    if tokens.is_empty() {
        return Ok(Node::All(Vec::new()));
    }
    let node = parser.any()?;
    match parser.peek() {
        None => Ok(node),
        Some(left) => parser.wrong(left.span(), unopened()),
    }
}

struct Parser<'a> {
    asked: &'a Asked<'a>,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Parsed<Node> {
        let mut parts = vec![self.all()?];
        while self.keyword("or") {
            self.at += 1;
            parts.push(self.all()?);
        }
        Ok(compile::any(parts))
    }

    fn all(&mut self) -> Parsed<Node> {
        let mut parts = vec![self.one()?];
        loop {
            match self.peek() {
                None | Some(Token::Close(_)) => break,
                Some(_) if self.keyword("or") => break,
                Some(_) if self.keyword("and") => self.at += 1,
                Some(_) => {}
            }
            parts.push(self.one()?);
        }
        match parts.pop() {
            Some(only) if parts.is_empty() => Ok(only),
            last => {
                parts.extend(last);
                Ok(Node::All(parts))
            }
        }
    }

    fn one(&mut self) -> Parsed<Node> {
        let Some(token) = self.peek() else { return self.unfinished() };
        match token {
            Token::Not(span) => self.negation(span),
            Token::Open(span) => self.parentheses(span),
            Token::Word(word) if word.is("not") => self.negation(&word.span),
            Token::Word(word) if word.is("and") || word.is("or") => {
                let keyword = word.text();
                let wrong = self
                    .asked
                    .wrong(
                        &word.span,
                        words!(
                            "`{keyword}` belongs between two terms",
                            "`{keyword}` 应在两个条件之间"
                        ),
                    )
                    .help(words!(
                        "write `\"{keyword}\"` to look for the word",
                        "要查找这个词，请写 `\"{keyword}\"`"
                    ));
                Err(Box::new(wrong))
            }
            Token::Word(word) => self.term(word),
            Token::Close(span) if self.at == 0 => self.wrong(span, unopened()),
            Token::Close(_) => self.unfinished(),
            Token::Comma(span) => {
                self.wrong(span, words!("a comma belongs between two values", "逗号应在两个值之间"))
            }
            Token::Op(op, span) => {
                let symbol = op.symbol();
                self.wrong(span, words!("no field before `{symbol}`", "`{symbol}` 前面没有字段"))
            }
        }
    }

    fn negation(&mut self, span: &Range<usize>) -> Parsed<Node> {
        self.at += 1;
        self.deeper(span)?;
        let node = self.one()?;
        self.depth -= 1;
        Ok(Node::Not(Box::new(node)))
    }

    fn parentheses(&mut self, open: &Range<usize>) -> Parsed<Node> {
        self.at += 1;
        self.deeper(open)?;
        if self.peek().is_none() {
            return self.wrong(open, words!("a `(` that is never closed", "`(` 没有闭合"));
        }
        let node = self.any()?;
        let Some(Token::Close(_)) = self.peek() else {
            return self.wrong(open, words!("a `(` that is never closed", "`(` 没有闭合"));
        };
        self.at += 1;
        self.depth -= 1;
        Ok(node)
    }

    fn deeper(&mut self, span: &Range<usize>) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self
                .wrong(span, words!("nested deeper than {MAX_DEPTH}", "嵌套超过 {MAX_DEPTH} 层"));
        }
        Ok(())
    }

    /// A field with its values, or words to look for.
    fn term(&mut self, name: &'a Word) -> Parsed<Node> {
        self.at += 1;
        let Some(Token::Op(op, op_span)) = self.peek() else {
            let words = self.more_values(name)?;
            let parts = words.into_iter().map(|word| match segments::name_of(word) {
                Some(name) => segments::expanded(self.asked, word, &name, self.depth, parse),
                None => {
                    self.asked.asks_notes.set(true);
                    Ok(Node::Plain(Pattern::of(word)))
                }
            });
            return Ok(compile::any(parts.collect::<Parsed<_>>()?));
        };
        self.at += 1;
        let first = self.value(*op, op_span)?;
        let values = self.more_values(first)?;
        if let Some(Token::Op(second, span)) = self.peek()
            && self.touches_last(span)
        {
            let symbol = second.symbol();
            let wrong = self
                .asked
                .wrong(span, words!("`{symbol}` inside a value", "值里面有 `{symbol}`"))
                .help(words!(
                    "put the value in quotes: `note:\"a:b\"`",
                    "请给值加引号：`note:\"a:b\"`"
                ));
            return Err(Box::new(wrong));
        }
        compile::term(self.asked, &QueryTerm { name, op: *op, op_span, values })
    }

    fn value(&mut self, op: Op, span: &Range<usize>) -> Parsed<&'a Word> {
        match self.peek() {
            Some(Token::Word(word)) => {
                self.at += 1;
                Ok(word)
            }
            Some(Token::Open(open)) => {
                let message = words!("a value in parentheses", "值放在了括号里");
                Err(Box::new(self.asked.wrong(open, message).help(words!(
                    "several values: `stage:25,50`; a parenthesis in a value: quotes around it",
                    "几个值：`stage:25,50`；值里有括号：请加引号"
                ))))
            }
            _ => {
                let symbol = op.symbol();
                let message = words!("no value after `{symbol}`", "`{symbol}` 后面没有值");
                Err(Box::new(self.asked.wrong(span, message).help(words!(
                    "for “there is none” write `:\"\"`",
                    "要表示“没有”，请写 `:\"\"`"
                ))))
            }
        }
    }

    /// The values after the first, each behind a comma.
    fn more_values(&mut self, first: &'a Word) -> Parsed<Vec<&'a Word>> {
        let mut values = vec![first];
        while let Some(Token::Comma(span)) = self.peek() {
            self.at += 1;
            let Some(Token::Word(word)) = self.peek() else {
                return self.wrong(span, words!("no value after the comma", "逗号后面没有值"));
            };
            self.at += 1;
            values.push(word);
        }
        Ok(values)
    }

    fn touches_last(&self, span: &Range<usize>) -> bool {
        self.tokens[..self.at].last().is_some_and(|last| last.span().end == span.start)
    }

    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn keyword(&self, keyword: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(word)) if word.is(keyword))
    }

    /// Fails: the last token that was read needs another one after it.
    fn unfinished(&self) -> Parsed<Node> {
        let Some(last) = self.at.checked_sub(1).map(|at| &self.tokens[at]) else {
            return self.wrong(&(0..0), words!("nothing to look for", "没有要查找的内容"));
        };
        let message = match last {
            Token::Open(_) => words!("nothing in the parentheses", "括号里没有内容"),
            other => {
                let before = &self.asked.text[other.span().clone()];
                words!("nothing after `{before}`", "`{before}` 后面没有内容")
            }
        };
        self.wrong(last.span(), message)
    }

    fn wrong<T>(&self, span: &Range<usize>, message: Words) -> Parsed<T> {
        Err(Box::new(self.asked.wrong(span, message)))
    }
}

fn unopened() -> Words {
    words!("a `)` without its `(`", "`)` 没有对应的 `(`")
}
