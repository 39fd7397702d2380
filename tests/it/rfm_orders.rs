//! The published segment counts of R's `rfm` package, from its own order data.

use crate::common::shared_data;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crm::stats::{BinConvention, quintile_scores, reverse_score};

type Scores = RangeInclusive<u8>;

/// First match wins; recency, frequency, monetary.
const SEGMENTS: [(&str, Scores, Scores, Scores); 10] = [
    ("Champions", 5..=5, 5..=5, 5..=5),
    ("Potential Loyalist", 3..=5, 3..=5, 2..=5),
    ("Loyal Customers", 2..=4, 2..=4, 2..=4),
    ("Promising", 3..=4, 1..=3, 3..=5),
    ("New Customers", 4..=5, 1..=3, 1..=5),
    ("Can't Lose Them", 1..=2, 3..=4, 4..=5),
    ("At Risk", 1..=2, 2..=5, 4..=5),
    ("Need Attention", 1..=3, 3..=5, 3..=5),
    ("About To Sleep", 2..=3, 1..=3, 1..=4),
    ("Lost", 1..=1, 1..=5, 1..=5),
];

#[test]
fn the_published_segment_counts() {
    let Some(orders) = shared_data("rfm_data_orders.csv") else { return };
    let mut reader = csv::Reader::from_path(orders).unwrap();
    let analysis = NaiveDate::from_ymd_opt(2006, 12, 31).unwrap();
    let mut customers: BTreeMap<String, [f64; 3]> = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        let date: NaiveDate = record[1].parse().unwrap();
        let days = f64::from(i32::try_from((analysis - date).num_days()).unwrap());
        let entry = customers.entry(record[0].to_owned()).or_insert([f64::INFINITY, 0.0, 0.0]);
        entry[0] = entry[0].min(days);
        entry[1] += 1.0;
        entry[2] += record[2].parse::<f64>().unwrap();
    }
    assert_eq!(customers.len(), 995);
    let scores = [0, 1, 2].map(|column| {
        let values: Vec<f64> = customers.values().map(|figures| figures[column]).collect();
        quintile_scores(&values, BinConvention::RfmPackage).unwrap().1
    });
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let [recency, frequency, monetary] = &scores;
    for ((r, f), m) in recency.iter().zip(frequency).zip(monetary) {
        let r = reverse_score(*r);
        let segment = SEGMENTS
            .iter()
            .find(|(_, rs, fs, ms)| rs.contains(&r) && fs.contains(f) && ms.contains(m))
            .map_or("Others", |segment| segment.0);
        *counts.entry(segment).or_default() += 1;
    }
    let expected = BTreeMap::from([
        ("About To Sleep", 102),
        ("At Risk", 28),
        ("Can't Lose Them", 47),
        ("Champions", 35),
        ("Lost", 148),
        ("Loyal Customers", 170),
        ("Need Attention", 10),
        ("New Customers", 104),
        ("Potential Loyalist", 342),
        ("Promising", 9),
    ]);
    assert_eq!(counts, expected);
}
