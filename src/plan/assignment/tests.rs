//! The solver against plain enumeration, against an independent minimum-cost flow, and against
//! its own promises: feasible, repeatable, never above its bound.

use super::*;
use proptest::prelude::*;

/// As many plans as any problem of these tests needs.
const TRIES: usize = usize::MAX;

type Table = (Vec<Vec<i64>>, Vec<Vec<Option<i64>>>);

fn problem((seats, scores): &Table) -> Problem {
    let mut problem = Problem::new(seats.clone()).unwrap();
    for row in scores {
        problem.add_task(|agent| row[agent]).unwrap();
    }
    problem
}

/// Seats and scores for up to `agents` x `tasks`. Narrow ranges bring ties, wide ones strain sums.
fn table(agents: usize, tasks: usize, seats: usize) -> impl Strategy<Value = Table> {
    let widths = prop_oneof![Just((3, 2)), Just((10, 12)), Just((1000, 300)), Just((LIMIT, LIMIT))];
    (0..=agents, widths, 0.2..=1.0f64).prop_flat_map(move |(agents, (high, steep), allowed)| {
        let costs = prop::collection::vec(-steep..=steep, 0..=seats).prop_map(|mut costs| {
            costs.sort_unstable();
            costs
        });
        let score = prop::option::weighted(allowed, 0..=high);
        let row = prop::collection::vec(score, agents);
        (prop::collection::vec(costs, agents), prop::collection::vec(row, 0..=tasks))
    })
}

/// Recounts a plan from the bare tables and checks that it is allowed: (placed, value).
fn recount((seats, scores): &Table, place: &[Option<usize>]) -> (usize, i64) {
    assert_eq!(place.len(), scores.len());
    let mut taken = vec![0; seats.len()];
    let mut value = 0;
    for (row, agent) in scores.iter().zip(place) {
        if let Some(agent) = *agent {
            value += row[agent].expect("allowed") - seats[agent][taken[agent]];
            taken[agent] += 1;
        }
    }
    (taken.iter().sum(), value)
}

fn checked(table: &Table, plan: &Plan) -> (usize, i64) {
    let counted = recount(table, &plan.place);
    assert_eq!(counted, (plan.placed, plan.value()));
    assert_eq!(plan.taken.iter().sum::<usize>(), plan.placed);
    assert!(plan.gap() >= 0, "{plan:?}");
    counted
}

/// Every plan there is.
fn enumerate(table: &Table, place: &mut Vec<Option<usize>>, best: &mut (usize, i64)) {
    let (seats, scores) = table;
    let Some(row) = scores.get(place.len()) else {
        *best = recount(table, place).max(*best);
        return;
    };
    place.push(None);
    enumerate(table, place, best);
    place.pop();
    for agent in 0..seats.len() {
        let taken = place.iter().filter(|&&other| other == Some(agent)).count();
        if row[agent].is_some() && taken < seats[agent].len() {
            place.push(Some(agent));
            enumerate(table, place, best);
            place.pop();
        }
    }
}

/// The textbook minimum-cost maximum flow: an edge list and Bellman and Ford's shortest paths.
/// It finds the cheapest flow of every size in turn, so the last is the cheapest maximum flow.
fn flow((seats, scores): &Table) -> (usize, i64) {
    let (tasks, agents) = (scores.len(), seats.len());
    let (source, sink) = (tasks + agents, tasks + agents + 1);
    let mut edges: Vec<(usize, usize, i64, bool)> = Vec::new(); // from, to, cost, open
    let mut edge = |from, to, cost| {
        edges.push((from, to, cost, true));
        edges.push((to, from, -cost, false));
    };
    for (task, row) in scores.iter().enumerate() {
        edge(source, task, 0);
        for (agent, score) in row.iter().enumerate() {
            score.iter().for_each(|score| edge(task, tasks + agent, -score));
        }
    }
    for (agent, costs) in seats.iter().enumerate() {
        costs.iter().for_each(|&cost| edge(tasks + agent, sink, cost));
    }
    let (mut placed, mut value) = (0, 0);
    loop {
        let mut distance = vec![None; tasks + agents + 2];
        let mut by = vec![0; tasks + agents + 2];
        distance[source] = Some(0);
        loop {
            let mut changed = false;
            for (at, &(from, to, cost, open)) in edges.iter().enumerate() {
                let Some(near) = distance[from].filter(|_| open) else {
                    continue;
                };
                if distance[to].is_none_or(|known| near + cost < known) {
                    (distance[to], by[to], changed) = (Some(near + cost), at, true);
                }
            }
            if !changed {
                break;
            }
        }
        let Some(cost) = distance[sink] else {
            return (placed, value);
        };
        (placed, value) = (placed + 1, value - cost);
        let mut node = sink;
        while node != source {
            edges[by[node]].3 = false;
            edges[by[node] ^ 1].3 = true;
            node = edges[by[node]].0;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_plan_is_better(table in table(4, 6, 4)) {
        let mut best = (0, 0);
        enumerate(&table, &mut Vec::new(), &mut best);
        let plan = problem(&table).exact(TRIES);
        prop_assert_eq!(checked(&table, &plan), best);
        prop_assert_eq!(plan.gap(), 0);
    }

    #[test]
    fn the_textbook_flow_agrees(table in table(8, 40, 9)) {
        let plan = problem(&table).exact(TRIES);
        prop_assert_eq!(checked(&table, &plan), flow(&table));
        prop_assert_eq!(plan.gap(), 0);
    }

    #[test]
    fn fast_places_as_many_and_stays_below_its_bound(table in table(8, 40, 9), sample in 0..30usize) {
        let problem = problem(&table);
        let (placed, value) = checked(&table, &problem.exact(TRIES));
        let fast = fast::solve(&problem, sample);
        let (as_many, less) = checked(&table, &fast);
        prop_assert_eq!(as_many, placed);
        prop_assert!(less <= value && value <= fast.bound);
    }

    #[test]
    fn any_prices_bound_every_plan(table in table(4, 12, 4), prices in prop::collection::vec(-LIMIT..=LIMIT, 5)) {
        let problem = problem(&table);
        let (placed, value) = checked(&table, &problem.exact(TRIES));
        prop_assert!(value <= dual::bound(&problem, &prices, placed));
    }

    /// Of tasks that are alike, an earlier one is not placed worse than a later one: prospects come by their worth.
    #[test]
    fn of_tasks_alike_the_earlier_goes_to_the_better_agent(
        (seats, kinds) in table(4, 4, 4),
        order in prop::collection::vec(0..4usize, 0..14),
        sample in 0..8usize,
    ) {
        let alike: Vec<usize> = order.into_iter().filter(|kind| *kind < kinds.len()).collect();
        let table = (seats, alike.iter().map(|kind| kinds[*kind].clone()).collect());
        let problem = problem(&table);
        for solved in [problem.exact(TRIES), fast::solve(&problem, sample)] {
            let plan = solved.clone().settled(&problem);
            prop_assert_eq!(checked(&table, &plan), (solved.placed, solved.value()));
            let score = |task: usize| plan.place[task].and_then(|agent| table.1[task][agent]);
            for later in 0..alike.len() {
                for earlier in (0..later).filter(|earlier| alike[*earlier] == alike[later]) {
                    prop_assert!(score(earlier) >= score(later), "{earlier} {later} {:?}", plan.place);
                }
            }
        }
    }

    #[test]
    fn the_same_problem_gives_the_same_plan(table in table(8, 40, 9)) {
        prop_assert_eq!(problem(&table).exact(TRIES), problem(&table).exact(TRIES));
        prop_assert_eq!(fast::solve(&problem(&table), 7), fast::solve(&problem(&table), 7));
    }

    #[test]
    fn the_runner_up_costs_what_it_says(table in table(4, 12, 5)) {
        let problem = problem(&table);
        let plan = problem.exact(TRIES);
        for task in 0..problem.tasks() {
            let runner_up = plan.runner_up(&problem, task);
            let moved = |agent| {
                let mut place = plan.place.clone();
                place[task] = Some(agent);
                plan.value() - recount(&table, &place).1
            };
            let least = (0..problem.agents())
                .filter(|&agent| plan.place[task].is_some_and(|own| own != agent))
                .filter(|&agent| plan.taken[agent] < problem.capacity(agent))
                .filter(|&agent| problem.score(task, agent).is_some())
                .map(|agent| (moved(agent), agent))
                .min();
            prop_assert_eq!(runner_up.map(|other| (other.behind, other.agent)), least);
            prop_assert!(runner_up.is_none_or(|other| other.behind >= 0));
        }
    }

    #[test]
    fn what_is_unplaced_has_no_free_agent(table in table(6, 30, 4)) {
        let problem = problem(&table);
        for plan in [problem.exact(TRIES), fast::solve(&problem, 4)] {
            for (task, place) in plan.place.iter().enumerate() {
                let allowed: Vec<usize> =
                    (0..problem.agents()).filter(|&agent| problem.score(task, agent).is_some()).collect();
                prop_assert!(place.is_some()
                    || allowed.iter().all(|&agent| plan.taken[agent] == problem.capacity(agent)));
                prop_assert_eq!(plan.unplaced(&problem, task), match (place, allowed.is_empty()) {
                    (Some(_), _) => None,
                    (None, true) => Some(Unplaced::NoAgentAllowed),
                    (None, false) => Some(Unplaced::AllAllowedFull),
                });
            }
        }
    }
}

/// A table, and for each task the group it is kept together with, if any.
fn grouped(agents: usize, tasks: usize) -> impl Strategy<Value = (Table, Vec<Option<usize>>)> {
    let groups = prop::collection::vec(prop::option::weighted(0.7, 0..3usize), tasks);
    (table(agents, tasks, 4), groups)
}

fn with_groups(table: &Table, groups: &[Option<usize>]) -> Problem {
    let mut problem = problem(table);
    for group in 0..3 {
        let tasks = (0..problem.tasks()).filter(|task| groups[*task] == Some(group)).collect();
        problem.keep_together(tasks);
    }
    problem
}

/// Does every group go to one agent, as far as it is placed?
fn keeps(place: &[Option<usize>], groups: &[Option<usize>]) -> bool {
    (0..3).all(|group| {
        let of_group = place.iter().zip(groups).filter(|(_, own)| **own == Some(group));
        let agents: std::collections::BTreeSet<usize> =
            of_group.filter_map(|(agent, _)| *agent).collect();
        agents.len() <= 1
    })
}

/// The best of every plan that splits no group.
fn enumerate_groups(
    table: &Table,
    groups: &[Option<usize>],
    place: &mut Vec<Option<usize>>,
    best: &mut (usize, i64),
) {
    let (seats, scores) = table;
    let Some(row) = scores.get(place.len()) else {
        if keeps(place, groups) {
            *best = recount(table, place).max(*best);
        }
        return;
    };
    for agent in std::iter::once(None).chain((0..seats.len()).map(Some)) {
        let fits = |agent: usize| {
            let taken = place.iter().filter(|&&other| other == Some(agent)).count();
            row[agent].is_some() && taken < seats[agent].len()
        };
        if agent.is_none_or(fits) {
            place.push(agent);
            enumerate_groups(table, groups, place, best);
            place.pop();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_plan_that_keeps_groups_is_better((table, groups) in grouped(3, 6)) {
        let mut best = (0, i64::MIN);
        enumerate_groups(&table, &groups, &mut Vec::new(), &mut best);
        let plan = with_groups(&table, &groups).exact(TRIES);
        prop_assert!(keeps(&plan.place, &groups), "{:?}", plan.place);
        prop_assert_eq!(checked(&table, &plan), best);
        prop_assert_eq!(plan.gap(), 0);
    }

    #[test]
    fn a_plan_cut_short_or_fast_keeps_groups_below_its_bound((table, groups) in grouped(3, 6), sample in 0..8usize) {
        let problem = with_groups(&table, &groups);
        let exact = problem.exact(TRIES);
        for plan in [problem.exact(0), problem.exact(4), together::fast(&problem, sample)] {
            prop_assert!(keeps(&plan.place, &groups), "{:?}", plan.place);
            prop_assert!(keeps(&plan.clone().settled(&problem).place, &groups));
            let (placed, _) = checked(&table, &plan);
            prop_assert!(placed <= exact.placed);
            prop_assert!(placed < exact.placed || exact.value() <= plan.bound);
        }
        prop_assert_eq!(problem.exact(4), problem.exact(4));
    }

    #[test]
    fn the_first_plan_stays_unless_a_better_one_is_found_in_the_tries((table, groups) in grouped(3, 6)) {
        let problem = with_groups(&table, &groups);
        // Without a try it is the first plan.
        let first = problem.exact(0);
        let best = problem.exact(TRIES);
        if (best.placed, best.value()) == (first.placed, first.value()) {
            prop_assert_eq!(&best.place, &first.place);
        }
    }

    #[test]
    fn the_runner_up_takes_the_whole_group((table, groups) in grouped(3, 6)) {
        let problem = with_groups(&table, &groups);
        let plan = problem.exact(TRIES);
        for task in (0..problem.tasks()).filter(|task| plan.place[*task].is_some()) {
            let Some(next) = plan.runner_up(&problem, task) else { continue };
            let mut place = plan.place.clone();
            for other in problem.with(task).into_iter().filter(|other| plan.place[*other].is_some()) {
                place[other] = Some(next.agent);
            }
            prop_assert!(keeps(&place, &groups) && next.behind >= 0);
            prop_assert_eq!(plan.value() - recount(&table, &place).1, next.behind);
        }
    }
}

#[test]
fn many_alike_groups_are_placed_soon() {
    // 30 groups of two and four agents alike: many plans are equally good, and one of them is found.
    let rising: Vec<i64> = (1..=40).collect();
    let mut problem = equal_tasks(vec![rising; 4], 60);
    (0..30).for_each(|group| problem.keep_together(vec![group, group + 30]));
    let plan = problem.exact(200);
    assert_eq!(plan.placed, 60);
    assert!((0..30).all(|group| plan.place[group] == plan.place[group + 30]));
    assert!(plan.gap() <= 2, "{}", plan.gap());
}

/// `count` tasks with one score for all agents.
fn equal_tasks(seats: Vec<Vec<i64>>, count: usize) -> Problem {
    let mut problem = Problem::new(seats).unwrap();
    (0..count).for_each(|_| problem.add_task(|_| Some(7)).unwrap());
    problem
}

#[test]
fn equal_tasks_spread_evenly_in_the_order_of_agents() {
    let rising: Vec<i64> = (1..=30).collect();
    let plan = equal_tasks(vec![rising; 3], 30).exact(TRIES);
    assert_eq!(plan.taken, [10, 10, 10]);
    assert_eq!(plan.place[..4], [Some(0), Some(1), Some(2), Some(0)]);
}

#[test]
fn the_emptiest_by_free_places_comes_first() {
    // Capacities 10, 12, 15; a seat costs as much as fewer places are free.
    let seats =
        [10, 12, 15].map(|capacity| (0..capacity).map(|taken| 20 - capacity + taken).collect());
    let plan = equal_tasks(seats.to_vec(), 5).exact(TRIES);
    assert_eq!(plan.place, [Some(2), Some(2), Some(2), Some(1), Some(2)]);
}

#[test]
fn earlier_tasks_keep_scarce_seats() {
    let plan = equal_tasks(vec![vec![0], vec![0]], 3).exact(TRIES);
    assert_eq!(plan.place, [Some(0), Some(1), None]);
}

#[test]
fn a_task_takes_a_free_seat_before_it_pushes_on_another_that_loses_as_little() {
    let mut problem = Problem::new(vec![vec![0], vec![0]]).unwrap();
    (0..2).for_each(|_| problem.add_task(|agent| Some([3, 5][agent])).unwrap());
    assert_eq!(problem.exact(TRIES).place, [Some(1), Some(0)]);
}

/// Tasks with these scores, `-1` for none.
fn scored<const N: usize>(seats: [Vec<i64>; N], scores: &[[i64; N]]) -> Vec<Option<usize>> {
    let mut problem = Problem::new(seats.to_vec()).unwrap();
    for row in scores {
        problem.add_task(|agent| Some(row[agent]).filter(|score| *score >= 0)).unwrap();
    }
    problem.exact(TRIES).place
}

#[test]
fn of_equally_good_chains_the_one_over_the_earliest_agents_is_taken() {
    // The first task can be pushed on to the second agent or the third.
    let place = scored([vec![0], vec![0], vec![0]], &[[5, 3, 3], [5, -1, -1]]);
    assert_eq!(place, [Some(1), Some(0)]);
    // So it is where the seats cost more than they did before.
    let seats = [vec![0], vec![0, 1], vec![0, 1]];
    let place = scored(seats, &[[-1, 5, -1], [-1, -1, 5], [5, 3, 3], [5, -1, -1]]);
    assert_eq!(place[2..], [Some(1), Some(0)]);
    // The third task can push on the first or the second.
    let place = scored([vec![0], vec![0], vec![0]], &[[5, -1, 3], [-1, 5, 3], [5, 5, -1]]);
    assert_eq!(place, [Some(2), Some(1), Some(0)]);
}

#[test]
fn of_equal_tasks_the_latest_is_pushed_on() {
    let mut problem = Problem::new(vec![vec![0; 2], vec![0]]).unwrap();
    problem.add_task(|agent| Some([5, 3][agent])).unwrap();
    problem.add_task(|agent| Some([5, 3][agent])).unwrap();
    problem.add_task(|agent| [Some(5), None][agent]).unwrap();
    assert_eq!(problem.exact(TRIES).place, [Some(0), Some(1), Some(0)]);
}

#[test]
fn fast_comes_close_on_a_middling_problem() {
    // A fixed scramble; the last digits decide, so that scores look random but never change.
    let scramble = |x: u64| {
        (x.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33).wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40
    };
    let seats =
        (0..20).map(|agent| (1..=90 + agent).map(|k| 100 * k / (90 + agent)).collect()).collect();
    let mut problem = Problem::new(seats).unwrap();
    for task in 0..2000 {
        problem.add_task(|agent| Some((scramble(task * 31 + agent as u64) % 1000) as i64)).unwrap();
    }
    let (exact, fast) = (problem.exact(TRIES), fast::solve(&problem, 200));
    assert_eq!(exact.gap(), 0);
    assert!(exact.placed == fast.placed && exact.value() <= fast.bound);
    assert!(fast.gap() * 50 < fast.value(), "within 2 %: {} of {}", fast.gap(), fast.value());
}

#[test]
fn what_is_out_of_range_is_refused() {
    let refused = |seats| Problem::new(seats).unwrap_err();
    let cost = LIMIT + 1;
    assert_eq!(refused(vec![vec![cost]]), Invalid::Load { agent: 0, seat: 0, cost });
    assert_eq!(refused(vec![vec![], vec![2, 1]]), Invalid::FallingLoad { agent: 1, seat: 1 });
    assert_eq!(
        refused(vec![vec![]; MAX_AGENTS + 1]),
        Invalid::TooManyAgents { agents: MAX_AGENTS + 1 }
    );
    assert!(Problem::new(vec![vec![]; MAX_AGENTS]).is_ok());
    let mut problem = Problem::new(vec![vec![0]; 2]).unwrap();
    for score in [-1, LIMIT + 1] {
        let said = problem.add_task(|agent| Some(score * agent as i64));
        assert_eq!(said, Err(Invalid::Score { task: 0, agent: 1, score }));
    }
    assert_eq!(problem.tasks(), 0);
}

#[test]
fn nothing_to_do_is_done() {
    let nobody = equal_tasks(vec![], 2);
    assert_eq!(nobody.exact(TRIES).place, [None, None]);
    assert_eq!(fast::solve(&nobody, 1).place, [None, None]);
    assert_eq!(equal_tasks(vec![vec![0]], 0).fast().placed, 0);
    let plan = nobody.exact(TRIES);
    assert_eq!((plan.unplaced(&nobody, 9), plan.runner_up(&nobody, 9)), (None, None));
    assert_eq!((nobody.score(0, 0), nobody.capacity(0)), (None, 0));
}

#[test]
fn what_is_no_pair_has_no_score() {
    let problem = problem(&(vec![vec![0], vec![0]], vec![vec![Some(7), None]]));
    assert_eq!((problem.score(0, 0), problem.score(0, 1)), (Some(7), None));
    assert_eq!((problem.score(0, 2), problem.score(1, 0)), (None, None), "one beyond the last");
}
