//! The fuzz targets without a fuzzer: `driver SECONDS` changes the seeds at random for that long in all,
//! the same way each time. It knows nothing of coverage, but runs on stable Rust, and so in CI.

use std::panic;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use dfopt_fuzz::{TARGETS, Target};

/// What chance alone would take long to put together.
const TOKENS: &[&str] = &[
    "FROM a AS b\n",
    "RUN ",
    "COPY --from=b ",
    "ENV A=",
    "ONBUILD ",
    "HEALTHCHECK CMD ",
    "SHELL [\"bash\"]\n",
    "<<EOF",
    "<<-'E F'",
    "\nEOF\n",
    "# escape=`\n",
    "# c\n",
    " \\\n",
    "`\n",
    "\r\n",
    " && ",
    " || ",
    " | ",
    "; ",
    " & ",
    "$(",
    "${a:-",
    "$((",
    "))",
    "<(",
    "{ ",
    "; }",
    "(",
    ")",
    "if ",
    "; then ",
    "; fi",
    "case a in b) ",
    ";; esac",
    "[[ ",
    " ]]",
    "f() ",
    "a=(",
    "\"",
    "'",
    "`",
    "\\",
    "é",
    "\u{feff}",
    "\0",
    "apt-get update",
    "apt-get install -y ",
    "apk add ",
    "pip install ",
    "rm -rf /var/lib/apt/lists/*",
    "set -ex",
    "cd /a",
    "USER a\n",
    "ARG A\n",
    "[\"a\", \"b\"]",
];

const LONGEST: usize = 2000;

fn main() -> ExitCode {
    let seconds = std::env::args().nth(1).and_then(|argument| argument.parse().ok()).unwrap_or(60);
    let each = Duration::from_secs(seconds) / TARGETS.len() as u32;
    for Target { name, run, seeds } in TARGETS {
        let mut pool = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(seeds));
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        let (start, mut executions, mut accepted) = (Instant::now(), 0_u64, 0_u64);
        while start.elapsed() < each {
            let input = random.mutate(&pool);
            let Ok(valid) = panic::catch_unwind(|| run(&input)) else {
                println!("{name} fails on b\"{}\"", input.escape_ascii());
                return ExitCode::FAILURE;
            };
            executions += 1;
            accepted += u64::from(valid);
            // Some changes stay, so that others come on top; the first inputs stay, too.
            if valid && random.below(4) == 0 && input.len() < LONGEST {
                if pool.len() < 1000 {
                    pool.push(input);
                } else {
                    let at = 100 + random.below(900);
                    pool[at] = input;
                }
            }
        }
        println!("{name}: {executions} executions, {accepted} of valid input");
    }
    ExitCode::SUCCESS
}

fn read(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> =
        folder.read_dir().expect("seeds are there").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("readable")).collect()
}

/// Marsaglia's xorshift64: fixed, so that a failure comes again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    fn mutate(&mut self, pool: &[Vec<u8>]) -> Vec<u8> {
        let mut input = pool[self.below(pool.len())].clone();
        for _ in 0..=self.below(4) {
            let start = self.below(input.len() + 1);
            let end = (start + self.below(30)).min(input.len());
            match self.below(6) {
                0 => drop(input.drain(start..end)),
                1 => drop(input.splice(end..end, input[start..end].to_vec())),
                2 => input.insert(start, self.below(256) as u8),
                3 => {
                    let other = &pool[self.below(pool.len())];
                    let from = self.below(other.len() + 1);
                    let to = (from + self.below(60)).min(other.len());
                    drop(input.splice(start..end, other[from..to].iter().copied()));
                }
                _ => drop(input.splice(start..start, TOKENS[self.below(TOKENS.len())].bytes())),
            }
        }
        input
    }
}
