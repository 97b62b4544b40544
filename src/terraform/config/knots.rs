//! Knots in a directed graph: nodes that can all be reached from each other.
//!
//! Nodes are numbers from 0; `edges` lists for each node where its edges go. Nothing recurses.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};

/// The strongly connected components of more than one node. Source: Tarjan 1972, with a stack of its own.
pub(super) fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let (mut order, mut low) = (vec![UNSEEN; edges.len()], vec![0; edges.len()]);
    let mut is_open = vec![false; edges.len()];
    let (mut open, mut found, mut next) = (Vec::new(), Vec::new(), 0);
    for start in 0..edges.len() {
        if order[start] != UNSEEN {
            continue;
        }
        let mut path = vec![(start, 0)];
        while let Some((node, edge)) = path.pop() {
            if edge == 0 {
                order[node] = next;
                low[node] = next;
                next += 1;
                open.push(node);
                is_open[node] = true;
            }
            if let Some(&target) = edges[node].get(edge) {
                path.push((node, edge + 1));
                if order[target] == UNSEEN {
                    path.push((target, 0));
                } else if is_open[target] {
                    low[node] = low[node].min(order[target]);
                }
                continue;
            }
            if let Some((above, _)) = path.last() {
                low[*above] = low[*above].min(low[node]);
            }
            if low[node] == order[node] {
                let first = open.iter().rposition(|own| *own == node).unwrap_or(0);
                let members = open.split_off(first);
                members.iter().for_each(|own| is_open[*own] = false);
                if members.len() > 1 {
                    found.push(members);
                }
            }
        }
    }
    found
}

/// The shortest way from a member of a knot back to it, with that member at both ends.
pub(super) fn way_round(edges: &[Vec<usize>], members: &[usize], start: usize) -> Vec<usize> {
    let within: HashSet<usize> = members.iter().copied().collect();
    let mut came_from: HashMap<usize, usize> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front().filter(|_| !came_from.contains_key(&start)) {
        for target in edges[node].iter().copied().filter(|target| within.contains(target)) {
            if let Entry::Vacant(entry) = came_from.entry(target) {
                entry.insert(node);
                queue.push_back(target);
            }
        }
    }
    let mut way = vec![start];
    let mut current = start;
    while let Some(&before) = came_from.get(&current) {
        way.push(before);
        if before == start {
            break;
        }
        current = before;
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knots_are_found_and_chains_are_not() {
        // 0 -> 1 -> 2 -> 0, 2 -> 3 -> 4, 4 -> 5 -> 4, 6 alone.
        let edges = vec![vec![1], vec![2], vec![0, 3], vec![4], vec![5], vec![4], vec![]];
        let mut found = components(&edges);
        found.iter_mut().for_each(|members| members.sort_unstable());
        found.sort();
        assert_eq!(found, [vec![0, 1, 2], vec![4, 5]]);
        assert_eq!(way_round(&edges, &[0, 1, 2], 1), [1, 2, 0, 1]);
    }

    #[test]
    fn the_shortest_way_round_is_taken() {
        let edges = vec![vec![1, 2], vec![3], vec![0], vec![0]];
        assert_eq!(way_round(&edges, &[0, 1, 2, 3], 0), [0, 2, 0]);
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let count = 300_000;
        let edges: Vec<Vec<usize>> = (0..count).map(|node| vec![(node + 1) % count]).collect();
        let found = components(&edges);
        assert_eq!(found.len(), 1);
        assert_eq!(way_round(&edges, &found[0], 0).len(), count + 1);
    }
}
