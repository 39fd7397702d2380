//! The inverse of a small dense matrix.

/// The inverse of a square matrix given by rows: Gauss-Jordan elimination, partial pivoting.
///
/// `None` when the matrix is not square, when a pivot vanishes or when a result is not finite.
/// The inverse of the empty matrix is the empty matrix. Cost n³.
///
/// Source: Golub and Van Loan, "Matrix Computations", chapter 3.
pub(super) fn inverse(mut rows: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let n = rows.len();
    if rows.iter().any(|row| row.len() != n) {
        return None;
    }
    for (i, row) in rows.iter_mut().enumerate() {
        row.extend((0..n).map(|j| if i == j { 1.0 } else { 0.0 }));
    }
    for column in 0..n {
        let by_size = |&a: &usize, &b: &usize| {
            let (a, b) = (rows[a][column].abs(), rows[b][column].abs());
            a.total_cmp(&b)
        };
        let pivot = (column..n).max_by(by_size)?;
        rows.swap(column, pivot);
        let mut unit = std::mem::take(&mut rows[column]);
        let size = unit[column];
        // Divided by nothing, the row is not finite, and what came of it is not handed out.
        if !size.is_finite() {
            return None;
        }
        for cell in &mut unit {
            *cell /= size;
        }
        for row in rows.iter_mut().filter(|row| !row.is_empty()) {
            let factor = row[column];
            for (cell, above) in row.iter_mut().zip(&unit) {
                *cell -= factor * above;
            }
        }
        rows[column] = unit;
    }
    for row in &mut rows {
        row.drain(..n);
    }
    let finite = rows.iter().flatten().all(|cell| cell.is_finite());
    finite.then_some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::near;

    #[test]
    fn a_matrix_that_needs_a_row_swap() {
        let inverted = inverse(vec![vec![0.0, 2.0], vec![4.0, 1.0]]).unwrap();
        let expected = [[-0.125, 0.25], [0.5, 0.0]];
        for (row, wanted) in inverted.iter().zip(expected) {
            assert!(row.iter().zip(wanted).all(|(&a, b)| near(a, b)));
        }
    }

    #[test]
    fn what_has_no_inverse() {
        assert_eq!(inverse(vec![vec![1.0, 2.0], vec![2.0, 4.0]]), None);
        assert_eq!(inverse(vec![vec![1.0, 2.0]]), None);
        assert_eq!(inverse(vec![vec![f64::NAN]]), None);
        assert_eq!(inverse(vec![]), Some(vec![]));
    }
}
