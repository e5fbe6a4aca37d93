//! The processor: a third party that keeps its jobs in memory, lives on when the host dies, and sometimes does odd things.

use crate::{
    faults::{Faults, When},
    host::Host,
    results::{self, Kind, Made, Wrong, announced, right, sha256},
};
use bytes::Bytes;
use clock::{Clock, Random};
use futures::future::join_all;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Where the processor's API is.
pub const URL: &str = "https://processor.test";
/// Where its files are.
pub const FILES_HOST: &str = "files.processor.test";
/// What it asks for.
pub const TOKEN: &str = "simulated-token";
/// What it signs with.
pub const SECRET: &str = "whsec_c2VjcmV0LW9mLXRoZS1zaW11bGF0aW9uLTMyLWJ5dGVz";
/// How often it tries to call back before it leaves it to be asked.
const CALLBACK_TRIES_MAX: u32 = 6;
/// How long it waits after its first try; doubles each time.
const CALLBACK_REST: Duration = Duration::from_secs(5);

/// What it does with a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Does the work and calls back once.
    Honest,
    /// Never calls back; answers when it is asked.
    Silent,
    /// Calls back after this long.
    Late(Duration),
    /// Calls back before it answers.
    Early,
    /// Calls back this often with the same id, all at once.
    Again(u32),
    /// Calls back twice, with two ids.
    AgainAnew,
    /// Calls back twice, with two results that are both right and differ.
    Contradicts,
    /// Calls back with a signature of another's secret, and then is silent.
    Forges,
    /// Says that the job failed: for good, or for now.
    Fails { for_good: bool },
    /// Says that the job is finished, and then that it failed.
    FailsAfter,
    /// Does the work and calls back, but answers 409 to a job that it has already: whoever sent it has to ask.
    Conflicts,
    /// Refuses the job with this status.
    Refuses(u16),
    /// Returns something wrong.
    Returns(Wrong),
    /// Points to files at another address, in which `{}` is the role.
    PointsTo(&'static str),
    /// Never heard of the job when it is asked, and does not call back.
    Loses,
}

#[derive(Clone, Debug)]
struct Job {
    id: String,
    kind: Kind,
    word: String,
    behaviour: Behaviour,
    /// Whether its work is done.
    done: bool,
}

#[derive(Debug, Default)]
struct State {
    jobs: BTreeMap<String, Job>,
    planned: VecDeque<Behaviour>,
    files: BTreeMap<String, Bytes>,
    forgotten: BTreeSet<String>,
    originals: BTreeSet<String>,
    requests: u64,
}

/// The processor. Clones share everything.
#[derive(Clone, Debug)]
pub struct Processor {
    state: Arc<Mutex<State>>,
    faults: Faults,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    host: Arc<Host>,
    secrets: Arc<Mutex<Vec<webhook::Secret>>>,
}

/// What it answers.
pub(crate) type Answer = Response<Bytes>;

impl Processor {
    pub(crate) fn new(
        faults: Faults,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        host: Arc<Host>,
    ) -> Self {
        let secret = webhook::Secret::parse(SECRET).expect("the secret is well-formed");
        let secrets = Arc::new(Mutex::new(vec![secret]));
        Self { state: Arc::default(), faults, clock, random, host, secrets }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it will do with the next job that it does not know yet.
    pub fn next(&self, behaviour: Behaviour) {
        self.state().planned.push_back(behaviour);
    }

    /// Signs with these secrets from now on: with all of them, as a sender does that rotates them.
    pub fn sign_with(&self, secrets: Vec<webhook::Secret>) {
        *self.secrets.lock().unwrap_or_else(PoisonError::into_inner) = secrets;
    }

    /// How many jobs it has ever taken.
    pub fn jobs(&self) -> usize {
        let state = self.state();
        state.jobs.len()
            + state.forgotten.iter().filter(|reference| !state.jobs.contains_key(*reference)).count()
    }

    /// The references of the jobs that it knows, in order.
    pub fn references(&self) -> Vec<String> {
        self.state().jobs.keys().cloned().collect()
    }

    /// What it would call back with about a job that it knows, done or not; the files are there from now on.
    pub fn callback_body(&self, reference: &str) -> Option<Vec<u8>> {
        let job = self.state().jobs.get(reference).cloned()?;
        Some(self.body(reference, &job, false, false))
    }

    /// How many requests it was asked.
    pub fn requests(&self) -> u64 {
        self.state().requests
    }

    /// SHA-256 of every original that reached it whole.
    pub fn originals(&self) -> BTreeSet<String> {
        self.state().originals.clone()
    }

    pub(crate) async fn answer(&self, request: Request<Bytes>) -> Answer {
        self.state().requests += 1;
        if request.headers().get("authorization").is_none_or(|value| value != &format!("Bearer {TOKEN}")) {
            return status(StatusCode::UNAUTHORIZED);
        }
        let reference =
            request.uri().path().strip_prefix("/jobs").unwrap_or_default().trim_start_matches('/');
        let reference = percent_encoding::percent_decode_str(reference).decode_utf8_lossy().into_owned();
        match *request.method() {
            Method::POST => self.post(request).await,
            Method::GET => self.get(&reference),
            Method::DELETE => self.delete(&reference),
            _ => status(StatusCode::METHOD_NOT_ALLOWED),
        }
    }

    async fn post(&self, request: Request<Bytes>) -> Answer {
        let Some((job, file, digest)) = parts(request).await else { return status(StatusCode::BAD_REQUEST) };
        let reference = job["reference"].as_str().unwrap_or_default().to_owned();
        if digest != sha256(&file) {
            return status(StatusCode::BAD_REQUEST);
        }
        if let Some(known) = self.state().jobs.get(&reference) {
            if known.behaviour == Behaviour::Conflicts {
                return status(StatusCode::CONFLICT);
            }
            return json_answer(StatusCode::ACCEPTED, &json!({ "job_id": known.id }));
        }
        let behaviour = self.behaviour();
        if let Behaviour::Refuses(code) = behaviour {
            let error = json!({ "error": { "code": "unreadable", "message": "The file cannot be read" } });
            return json_answer(
                StatusCode::from_u16(code).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY),
                &error,
            );
        }
        let kind = if job["kind"] == "video" { Kind::Video } else { Kind::LessonPlan };
        let id = format!("job-{}", self.jobs() + 1);
        let taken = Job { id: id.clone(), kind, word: word(&file), behaviour, done: false };
        self.faults.note(&format!("the processor takes {reference}: {:?}", taken.behaviour));
        let early = taken.behaviour == Behaviour::Early;
        self.state().originals.insert(digest);
        self.state().jobs.insert(reference.clone(), taken);
        let work = self.clone().work(reference);
        if early {
            work.await;
        } else {
            tokio::spawn(work);
        }
        json_answer(StatusCode::ACCEPTED, &json!({ "job_id": id }))
    }

    fn behaviour(&self) -> Behaviour {
        if let Some(planned) = self.state().planned.pop_front() {
            return planned;
        }
        if !self.faults.happens(self.faults.storm().odd_jobs) {
            return Behaviour::Honest;
        }
        let wrong = [
            Wrong::Corrupt,
            Wrong::Truncated,
            Wrong::Missing,
            Wrong::Extra,
            Wrong::Duplicate,
            Wrong::Html,
            Wrong::Outside,
        ];
        match self.faults.draw(14) {
            0 => Behaviour::Silent,
            1 => Behaviour::Late(Duration::from_mins(self.faults.draw(60 * 24))),
            2 => Behaviour::Early,
            3 => Behaviour::Again(3),
            4 => Behaviour::AgainAnew,
            5 => Behaviour::Contradicts,
            6 => Behaviour::Forges,
            7 => Behaviour::Fails { for_good: self.faults.happens(200) },
            8 => Behaviour::FailsAfter,
            9 => Behaviour::Loses,
            10 => Behaviour::PointsTo("https://169.254.169.254/latest/{}"),
            _ => Behaviour::Returns(wrong[usize::try_from(self.faults.draw(7)).unwrap_or_default()]),
        }
    }

    fn get(&self, reference: &str) -> Answer {
        let Some(job) = self.state().jobs.get(reference).cloned() else {
            return json_answer(StatusCode::OK, &json!({ "status": "unknown" }));
        };
        if job.behaviour == Behaviour::Loses {
            self.state().jobs.remove(reference);
            return json_answer(StatusCode::OK, &json!({ "status": "unknown" }));
        }
        if !job.done {
            return json_answer(StatusCode::OK, &json!({ "status": "processing" }));
        }
        let failed = matches!(job.behaviour, Behaviour::Fails { .. });
        let word = if failed { "failed" } else { "finished" };
        json_answer(
            StatusCode::OK,
            &json!({ "status": word, "result": self.result(reference, &job, failed) }),
        )
    }

    fn delete(&self, reference: &str) -> Answer {
        let mut state = self.state();
        state.forgotten.insert(reference.to_owned());
        state.files.retain(|key, _| !key.starts_with(reference));
        match state.jobs.remove(reference) {
            Some(_) => status(StatusCode::NO_CONTENT),
            None => status(StatusCode::NOT_FOUND),
        }
    }

    /// Does the work and calls back, as its behaviour says.
    async fn work(self, reference: String) {
        let Some(job) = self.state().jobs.get(&reference).cloned() else { return };
        let time = match job.behaviour {
            Behaviour::Early => Duration::from_secs(1),
            Behaviour::Late(time) => time,
            // Longer than whoever lost its answer waits: its callback would come before anybody meets the conflict.
            Behaviour::Conflicts => Duration::from_secs(120 + self.faults.draw(120)),
            _ => Duration::from_secs(5 + self.faults.draw(120)),
        };
        tokio::time::sleep(time).await;
        match self.state().jobs.get_mut(&reference) {
            Some(job) => job.done = true,
            None => return,
        }
        let finished = |second| self.body(&reference, &job, false, second);
        let failed = || self.body(&reference, &job, true, false);
        match job.behaviour {
            Behaviour::Silent | Behaviour::Loses => {}
            Behaviour::Fails { .. } => self.call_back(&self.fresh_id(), &failed()).await,
            Behaviour::FailsAfter => {
                self.call_back(&self.fresh_id(), &finished(false)).await;
                self.call_back(&self.fresh_id(), &failed()).await;
            }
            Behaviour::Forges => {
                let stranger = webhook::Secret::from_bytes(&[7; 32]).expect("32 bytes are a secret");
                let (id, now) = (self.fresh_id(), self.clock.now().as_second());
                let body = finished(false);
                let signature = stranger.sign(&id, now, &body);
                // Whatever it is answered, it has had its say.
                let _ = self.send(&id, &now.to_string(), &signature, body).await;
            }
            Behaviour::Again(times) => {
                let (id, body) = (self.fresh_id(), finished(false));
                join_all((0..times).map(|_| self.call_back(&id, &body))).await;
            }
            Behaviour::AgainAnew => {
                for _ in 0..2 {
                    self.call_back(&self.fresh_id(), &finished(false)).await;
                }
            }
            Behaviour::Contradicts => {
                self.call_back(&self.fresh_id(), &finished(false)).await;
                self.call_back(&self.fresh_id(), &finished(true)).await;
            }
            _ => self.call_back(&self.fresh_id(), &finished(false)).await,
        }
    }

    fn fresh_id(&self) -> String {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        format!("msg_{}", hex::encode(bytes))
    }

    /// A callback's body about a job that it knows: the job failed, or it finished with its result or a second one.
    pub fn body_about(&self, reference: &str, failed: bool, second: bool) -> Vec<u8> {
        let job = self.state().jobs.get(reference).cloned();
        job.map(|job| self.body(reference, &job, failed, second)).unwrap_or_default()
    }

    /// A callback's body about a job.
    fn body(&self, reference: &str, job: &Job, failed: bool, second: bool) -> Vec<u8> {
        let data = if second {
            let other = Job { word: format!("{} once more", job.word), ..job.clone() };
            self.result(reference, &other, failed)
        } else {
            self.result(reference, job, failed)
        };
        let kind = if failed { "job.failed" } else { "job.finished" };
        json!({ "type": kind, "timestamp": self.clock.now().to_string(), "data": data }).to_string().into()
    }

    /// What a callback says of a job; the files that it names are there from now on.
    fn result(&self, reference: &str, job: &Job, failed: bool) -> Value {
        if failed {
            let for_good = matches!(job.behaviour, Behaviour::Fails { for_good: true });
            let error = json!({ "code": "crashed", "message": "The work failed", "retryable": !for_good });
            return json!({ "reference": reference, "job_id": job.id, "error": error });
        }
        let made = right(job.kind, &job.word);
        let (made, served) = if let Behaviour::Returns(wrong) = job.behaviour {
            results::wrong(made, wrong)
        } else {
            let served = made.iter().map(|file| file.content.clone()).collect();
            (made, served)
        };
        let mut state = self.state();
        let files: Vec<_> = made
            .iter()
            .zip(served)
            .map(|(file, served): (&Made, Vec<u8>)| {
                let key = format!("{reference}/{}/{}", &file.sha256()[..8], file.name);
                state.files.insert(key.clone(), served.into());
                let url = match job.behaviour {
                    Behaviour::PointsTo(url) => url.replace("{}", file.role),
                    _ => format!("https://{FILES_HOST}/{key}"),
                };
                announced(file, &url)
            })
            .collect();
        json!({ "reference": reference, "job_id": job.id, "files": files })
    }

    /// Calls back, again and again until it is answered or has tried often enough.
    pub async fn call_back(&self, id: &str, body: &[u8]) {
        let mut rest = CALLBACK_REST;
        for _ in 0..CALLBACK_TRIES_MAX {
            let now = self.clock.now().as_second();
            let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let signatures: Vec<_> = secrets.iter().map(|secret| secret.sign(id, now, body)).collect();
            let answer = self.send(id, &now.to_string(), &signatures.join(" "), body.to_vec()).await;
            if answer.is_some_and(|code| code.is_success() || (code.is_client_error() && code != 429)) {
                return;
            }
            tokio::time::sleep(rest).await;
            rest *= 2;
        }
    }

    /// Sends one callback as it is; `None` if it was lost or nobody answered.
    pub async fn send(
        &self,
        id: &str,
        timestamp: &str,
        signature: &str,
        body: Vec<u8>,
    ) -> Option<StatusCode> {
        self.faults.meet_outside("callback", When::Before).await.ok()?;
        let request = Request::post("/callbacks/processor")
            .header("content-type", "application/json")
            .header(webhook::ID, id)
            .header(webhook::TIMESTAMP, timestamp)
            .header(webhook::SIGNATURE, signature)
            .body(axum::body::Body::from(body))
            .ok()?;
        let answer = self.host.api(request).await.ok()?;
        self.faults.note(&format!("callback {id} {}", answer.status().as_u16()));
        self.faults.meet_outside("callback", When::After).await.ok()?;
        Some(answer.status())
    }

    /// One of its files, by path.
    pub(crate) fn file(&self, path: &str) -> Option<Bytes> {
        self.state().files.get(path.trim_start_matches('/')).cloned()
    }
}

/// The parts of a submission: the job, the file, the digest. `None` if it broke off.
async fn parts(request: Request<Bytes>) -> Option<(Value, Vec<u8>, String)> {
    let boundary = multer::parse_boundary(content_type(request.headers())?).ok()?;
    let body = request.into_body();
    let stream = futures_once(body);
    let mut multipart = multer::Multipart::new(stream, boundary);
    let (mut job, mut file, mut digest) = (Value::Null, None, None);
    while let Some(field) = multipart.next_field().await.ok()? {
        let name = field.name()?.to_owned();
        let content = field.bytes().await.ok()?;
        match name.as_str() {
            "job" => job = serde_json::from_slice(&content).ok()?,
            "file" => file = Some(content.to_vec()),
            "digest" => digest = String::from_utf8(content.to_vec()).ok(),
            _ => {}
        }
    }
    Some((job, file?, digest?))
}

fn futures_once(body: Bytes) -> impl futures::Stream<Item = Result<Bytes, std::convert::Infallible>> + Send {
    futures::stream::once(std::future::ready(Ok(body)))
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get("content-type")?.to_str().ok()
}

/// The word that a teacher's file says, by which its document is told apart from all others.
fn word(file: &[u8]) -> String {
    let text = String::from_utf8_lossy(file);
    let start = text.find("word-").unwrap_or(text.len());
    text[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

fn status(code: StatusCode) -> Answer {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = code;
    answer
}

fn json_answer(code: StatusCode, body: &Value) -> Answer {
    let mut answer = Response::new(Bytes::from(body.to_string()));
    *answer.status_mut() = code;
    answer.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    answer
}
