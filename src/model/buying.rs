//! The steps of a buyer's own process, which run beside the columns of a board.

/// The steps of a buyer's process in their order: name in files, English, Chinese.
#[rustfmt::skip]
pub const BUYER_STEPS: [(&str, &str, &str); 7] = [
    ("need-felt",            "need felt",            "内部酝酿需求"),
    ("internal-talk",        "internal talk",        "内部讨论"),
    ("project-set-up",       "project set up",       "项目立项"),
    ("technical-evaluation", "technical evaluation", "技术评估"),
    ("proposal",             "proposals compared",   "方案比选"),
    ("agreement",            "agreement",            "商务谈判"),
    ("signature",            "signature",            "签订合同"),
];

/// The names of the steps, in their order.
pub const BUYER_STEP_NAMES: [&str; BUYER_STEPS.len()] = {
    let mut names = [""; BUYER_STEPS.len()];
    let mut at = 0;
    while at < BUYER_STEPS.len() {
        names[at] = BUYER_STEPS[at].0;
        at += 1;
    }
    names
};

/// The position of a step by its name in files.
pub fn buyer_step(name: &str) -> Option<usize> {
    BUYER_STEPS.iter().position(|row| row.0 == name)
}

/// The position of a step by its name or its word in either language, width and case aside.
pub fn buyer_step_named(text: &str) -> Option<usize> {
    let text = crate::value::text::narrow(text.trim()).to_lowercase();
    BUYER_STEPS.iter().position(|row| [row.0, row.1, row.2].contains(&text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_known_by_name_and_word() {
        assert_eq!(BUYER_STEP_NAMES[0], "need-felt");
        assert_eq!(buyer_step("signature"), Some(6));
        assert_eq!(buyer_step("Signature"), None);
        let named = ["Signature", "项目立项", " need felt ", "sign"].map(buyer_step_named);
        assert_eq!(named, [Some(6), Some(2), Some(0), None]);
    }
}
