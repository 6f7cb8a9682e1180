//! Compares an output with a golden.

use std::collections::BTreeMap;

use super::Golden;
use super::mismatch::{Mismatch, Problem, diff};
use super::rules::{ByThread, Order};
use super::template::{Bindings, Template};

impl Golden {
    /// Compares what a program printed with the golden.
    ///
    /// # Errors
    ///
    /// Every way in which the output is not what the golden promises.
    pub fn check(&self, output: &str) -> Result<(), Mismatch> {
        let printed: Vec<&str> = output.lines().collect();
        let problems = match &self.order {
            Order::Listed => listed(&self.lines, &printed),
            Order::ByThread(rules) => by_thread(&self.lines, rules, &printed),
        };
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Mismatch { problems })
        }
    }
}

fn listed(templates: &[Template], printed: &[&str]) -> Vec<Problem> {
    let templates: Vec<&Template> = templates.iter().collect();
    if same(&templates, printed) {
        rebound(templates.into_iter().zip(printed.iter().copied()))
    } else {
        vec![Problem::Listed {
            diff: diff(&templates, printed),
        }]
    }
}

fn by_thread(templates: &[Template], rules: &ByThread, printed: &[&str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    // For each thread, the places of its lines in the golden and in the output.
    let mut threads: BTreeMap<String, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (place, thread) in rules.threads.iter().enumerate() {
        threads.entry(thread.clone()).or_default().0.push(place);
    }
    for (place, &line) in printed.iter().enumerate() {
        match rules.thread_of(line) {
            Some(thread) => threads.entry(thread).or_default().1.push(place),
            None => problems.push(Problem::NoThread {
                number: place + 1,
                line: line.to_owned(),
            }),
        }
    }
    // Where each line of the golden stands in the output, and the other way round.
    let mut place_of = vec![0; templates.len()];
    let mut template_of: BTreeMap<usize, &Template> = BTreeMap::new();
    for (thread, (golden_places, printed_places)) in threads {
        let lines_of_golden: Vec<&Template> = golden_places
            .iter()
            .map(|&place| &templates[place])
            .collect();
        let lines_printed: Vec<&str> = printed_places.iter().map(|&place| printed[place]).collect();
        if !same(&lines_of_golden, &lines_printed) {
            problems.push(Problem::Thread {
                thread,
                diff: diff(&lines_of_golden, &lines_printed),
            });
            continue;
        }
        for (&golden_place, &printed_place) in golden_places.iter().zip(&printed_places) {
            place_of[golden_place] = printed_place;
            template_of.insert(printed_place, &templates[golden_place]);
        }
    }
    // What holds between threads has a meaning only when every line of the golden was found.
    if problems.is_empty() {
        problems.extend(misordered_pairs(rules, &place_of, printed));
        problems.extend(rebound(
            template_of
                .iter()
                .map(|(&place, &template)| (template, printed[place])),
        ));
        problems.extend(wrong_rosters(rules, printed));
    }
    problems
}

fn same(templates: &[&Template], lines: &[&str]) -> bool {
    templates.len() == lines.len()
        && templates
            .iter()
            .zip(lines)
            .all(|(template, line)| template.matches(line))
}

fn rebound<'a>(lines: impl Iterator<Item = (&'a Template, &'a str)>) -> Vec<Problem> {
    let mut bindings = Bindings::new();
    lines
        .enumerate()
        .filter_map(|(place, (template, line))| {
            let rebound = template.bind(line, &mut bindings).err()?;
            Some(Problem::Numbered {
                number: place + 1,
                rebound,
            })
        })
        .collect()
}

fn misordered_pairs(rules: &ByThread, place_of: &[usize], printed: &[&str]) -> Vec<Problem> {
    let numbered = |place: usize| (place + 1, printed[place].to_owned());
    rules
        .pairs
        .iter()
        .map(|&(first, then)| (place_of[first], place_of[then]))
        .filter(|(first, then)| then < first)
        .map(|(first, then)| Problem::Pair {
            first: numbered(first),
            then: numbered(then),
        })
        .collect()
}

fn wrong_rosters(rules: &ByThread, printed: &[&str]) -> Vec<Problem> {
    let Some(roster) = &rules.roster else {
        return Vec::new();
    };
    let mut inside: Vec<String> = Vec::new();
    let mut problems = Vec::new();
    for (place, line) in printed.iter().enumerate() {
        let (Some(found), Some(thread)) = (roster.captures(line), rules.thread_of(line)) else {
            continue;
        };
        match inside.iter().position(|name| *name == thread) {
            Some(leaving) => {
                inside.remove(leaving);
            }
            None => inside.push(thread),
        }
        let names: Vec<String> = inside.iter().map(|name| format!("'{name}'")).collect();
        let expected = format!("[{}]", names.join(", "));
        if found[1] != expected {
            problems.push(Problem::Roster {
                number: place + 1,
                expected,
                found: found[1].to_owned(),
            });
        }
    }
    problems
}
