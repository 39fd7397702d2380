//! The figures that the levels of a customer come from, in words.

use crate::diag::counted;
use crate::model::settings::Settings;
use crate::report::figures::said;
use crate::rules::customer::Customer;
use crate::rules::customer::levels::Scale;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::Amount;

/// The figures of a customer, in words.
pub(super) struct Why<'a> {
    pub(super) customer: &'a Customer,
    /// Its rank among those that bought, and how many there are.
    pub(super) rank: Option<(usize, usize)>,
    pub(super) settings: &'a Settings,
    pub(super) on: Date,
    pub(super) lang: Lang,
}

impl Why<'_> {
    /// The reason for which the customer has no level of a dimension.
    pub(super) fn absent(&self, scale: Scale) -> String {
        let buyer = self.customer.figures.is_buyer();
        let text = match (scale, buyer) {
            (Scale::Segment, true) => {
                self.lang.pick("too few customers with orders", "有订单的客户太少")
            }
            _ => self.lang.pick("no order yet", "尚无订单"),
        };
        text.to_owned()
    }

    /// The figures that a level of a dimension comes from.
    pub(super) fn of(&self, scale: Scale) -> String {
        match scale {
            Scale::Value => self.value(),
            Scale::Relationship => self.relationship(),
            Scale::Demand => self.demand(),
            Scale::Loyalty => self.loyalty(),
            Scale::Lifecycle => self.lifecycle(),
            Scale::Pareto | Scale::Pyramid => match (self.rank, self.lang) {
                (Some((rank, of)), Lang::En | Lang::Machine) => {
                    format!("number {rank} of {of} who bought")
                }
                (Some((rank, of)), Lang::Zh) => format!("{of} 个已购客户中第 {rank}"),
                (None, _) => String::new(),
            },
            Scale::Segment => match self.customer.rfm {
                Some(scores) => {
                    let segment = scores.segment().level().label(self.lang);
                    format!("R-F-M {scores}: {segment}")
                }
                None => String::new(),
            },
        }
    }

    fn joined(&self, parts: [String; 2]) -> String {
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        self.lang.clauses(parts)
    }

    fn orders(&self) -> String {
        let n = self.customer.figures.orders;
        match self.lang {
            Lang::En | Lang::Machine => counted(n, "order", "orders"),
            Lang::Zh => format!("{n} 单"),
        }
    }

    fn value(&self) -> String {
        let figures = &self.customer.figures;
        let grading = &self.settings.grading;
        let lang = self.lang;
        let worth = figures.worth;
        let told = |amount| said(amount, lang);
        let what = if !figures.is_buyer() {
            format!("{} {}", lang.pick("expected", "预期"), told(figures.worth))
        } else if worth == figures.bought.own {
            let bought = told(figures.bought.own);
            match lang {
                Lang::En | Lang::Machine => format!("bought {bought}, {}", self.orders()),
                Lang::Zh => format!("购买 {bought}，{}", self.orders()),
            }
        } else {
            let (worth, bought) = (told(worth.round(2)), told(figures.bought.own));
            let orders = self.orders();
            match lang {
                Lang::En | Lang::Machine => format!("margin {worth} of {bought} bought, {orders}"),
                Lang::Zh => format!("购买 {bought}，毛利 {worth}，{orders}"),
            }
        };
        let limit = |stated: Option<Amount>| stated.map_or("-".to_owned(), told);
        let how = if grading.value_high.is_some() || grading.value_medium.is_some() {
            let (high, medium) = (limit(grading.value_high), limit(grading.value_medium));
            match lang {
                Lang::En | Lang::Machine => format!("high from {high}, medium from {medium}"),
                Lang::Zh => format!("高 ≥ {high}，中 ≥ {medium}"),
            }
        } else if figures.is_buyer() {
            let class = lang.pick("by its class among those who bought", "按已购客户中的类别");
            class.to_owned()
        } else {
            lang.pick("by its class among those who have not bought", "按未购客户中的类别")
                .to_owned()
        };
        self.joined([what, how])
    }

    fn relationship(&self) -> String {
        let figures = &self.customer.figures;
        let contacts = figures.contacts_since_first_order;
        let Some(day) = figures.first_order else { return self.mood() };
        let days = self.on.days_since(day);
        let text = match self.lang {
            Lang::En | Lang::Machine => {
                let (days, contacts) =
                    (counted(days, "day", "days"), counted(contacts, "contact", "contacts"));
                format!("{} since {day} ({days}), {contacts}", self.orders())
            }
            Lang::Zh => format!("自 {day}（{days} 天）{}，联系 {contacts} 次", self.orders()),
        };
        self.joined([text, self.mood()])
    }

    fn mood(&self) -> String {
        let Some(known) = &self.customer.figures.satisfaction else { return String::new() };
        let scale = known.survey.name();
        match self.lang {
            Lang::En | Lang::Machine => format!("{scale} {} on {}", known.score, known.on),
            Lang::Zh => format!("{scale} {}（{}）", known.score, known.on),
        }
    }

    fn demand(&self) -> String {
        let figures = &self.customer.figures;
        let (held, of) = figures.criteria;
        let need = if figures.need {
            self.lang.pick("need stated", "需要已知")
        } else {
            self.lang.pick("no need stated", "需要未知")
        };
        let last = figures.last_contact.map_or("-".to_owned(), |day| day.to_string());
        let calls = match (figures.calls, self.lang) {
            (0, _) => String::new(),
            (n, Lang::En | Lang::Machine) => {
                format!(", {} of {} answered", figures.answered, counted(n, "call", "calls"))
            }
            (n, Lang::Zh) => format!("，{n} 次电话接通 {} 次", figures.answered),
        };
        match (figures.open, self.lang) {
            (true, Lang::En | Lang::Machine) => {
                let of = counted(of, "criterion", "criteria");
                format!("{held} of {of}; {need}; last contact {last}{calls}")
            }
            (true, Lang::Zh) => {
                format!("{of} 项标准达成 {held} 项；{need}；最近联系 {last}{calls}")
            }
            (false, Lang::En | Lang::Machine) => {
                format!("nothing being pursued; {need}; last contact {last}{calls}")
            }
            (false, Lang::Zh) => format!("没有进行中的商机；{need}；最近联系 {last}{calls}"),
        }
    }

    fn loyalty(&self) -> String {
        let orders = self.customer.figures.orders;
        if orders == 0 {
            return self.mood();
        }
        let repeats = orders - 1;
        let text = match self.lang {
            Lang::En | Lang::Machine => format!("{repeats} of {} repeat", self.orders()),
            Lang::Zh => format!("{}中复购 {repeats} 单", self.orders()),
        };
        self.joined([text, self.mood()])
    }

    fn lifecycle(&self) -> String {
        let figures = &self.customer.figures;
        let gap = self.customer.gap;
        match (figures.last_order, figures.recency(self.on), self.lang) {
            (Some(last), Some(days), Lang::En | Lang::Machine) => {
                let (days, gap) = (counted(days, "day", "days"), counted(gap, "day", "days"));
                format!("last order {last} ({days} ago); lapses after {gap}")
            }
            (Some(last), Some(days), Lang::Zh) => {
                format!("最近购买 {last}（{days} 天前）；超过 {gap} 天为流失")
            }
            _ => String::new(),
        }
    }
}
