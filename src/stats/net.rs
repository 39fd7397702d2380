//! The net share of one kind over another, such as promoters over detractors.

use super::estimate::Z95;

/// How many of a sample are for, and how many are against; the rest is neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Net {
    /// How many are for.
    pub up: u64,
    /// How many are against.
    pub down: u64,
    /// All of them.
    pub n: u64,
}

impl Net {
    /// The share for less the share against, from -1 to 1, and half of its 95 % interval. `None` without any.
    /// Formula: `p - d`, with the variance `(p + d - (p - d)²) / n` of the mean of values 1, 0 and -1.
    /// Source: the multinomial variance, as usual for the net promoter score.
    #[must_use]
    pub fn estimate(self) -> Option<(f64, f64)> {
        if self.n == 0 || self.up + self.down > self.n {
            return None;
        }
        let n = self.n as f64;
        let (up, down) = (self.up as f64 / n, self.down as f64 / n);
        let net = up - down;
        let variance = (up + down - net * net).max(0.0);
        Some((net, Z95 * (variance / n).sqrt()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_figure_of_ten_promoters_and_four_detractors_of_twenty() {
        let (net, half) = Net { up: 10, down: 4, n: 20 }.estimate().unwrap();
        assert_eq!(
            (format!("{:.0}", net * 100.0), format!("{:.1}", half * 100.0)),
            ("30".into(), "34.2".into())
        );
    }

    #[test]
    fn the_ends_and_nothing() {
        assert_eq!(Net::default().estimate(), None);
        assert_eq!(Net { up: 2, down: 1, n: 2 }.estimate(), None);
        assert_eq!(Net { up: 3, down: 0, n: 3 }.estimate(), Some((1.0, 0.0)));
        assert_eq!(Net { up: 0, down: 3, n: 3 }.estimate(), Some((-1.0, 0.0)));
    }
}
