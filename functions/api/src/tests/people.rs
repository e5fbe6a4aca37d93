use super::world::World;
use http::{Method, Request};
use serde_json::{Value, json};

#[tokio::test]
async fn without_a_sign_in_only_the_front_door_opens() {
    let world = World::new().await;
    let bare = |method: &str, path: &str| {
        Request::builder().method(method).uri(path).body(axum::body::Body::empty()).unwrap()
    };
    assert_eq!(world.send(bare("GET", "/healthz")).await.json(), json!({"status": "ok"}));
    assert_eq!(world.send(bare("GET", "/")).await.status, 200);
    for (method, path) in [
        ("POST", "/api/uploads"),
        ("GET", "/api/documents"),
        ("GET", "/api/documents/x"),
        ("GET", "/api/documents/x/original"),
        ("DELETE", "/api/documents/x"),
        ("GET", "/api/operations/overview"),
        ("POST", "/api/operations/redrive"),
    ] {
        let answer = world.send(bare(method, path)).await;
        assert_eq!(answer.problem(), (401, "sign-in-required".to_owned()), "{method} {path}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        assert_eq!(answer.headers["cache-control"], "private, no-store");
    }
    let forged = Request::get("/api/documents").header("authorization", "Bearer a.b.c");
    let forged = world.send(forged.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(forged.problem(), (401, "token-invalid".to_owned()));
}

#[tokio::test]
async fn what_one_may_not_see_is_not_there() {
    let world = World::new().await;
    let id = world.declare("teacher@school-1", "plan.docx").await;
    let check = async |person: &str, method: Method, path: &str, status: u16, code: &str| {
        let path = path.replace("{id}", &id);
        let answer = world.call(person, method.clone(), &path, Value::Null).await;
        assert_eq!(answer.problem(), (status, code.to_owned()), "{person} {method} {path}");
    };
    for person in ["teacher2@school-1", "teacher@school-2", "evaluator@school-2", "operator@school-2"] {
        for path in ["", "/timeline", "/normalized", "/original", "/media", "/captions.vtt"] {
            check(person, Method::GET, &format!("/api/documents/{{id}}{path}"), 404, "not-found").await;
        }
        check(person, Method::DELETE, "/api/documents/{id}", 404, "not-found").await;
        check(person, Method::GET, "/api/uploads/{id}", 404, "not-found").await;
        check(person, Method::DELETE, "/api/uploads/{id}", 404, "not-found").await;
    }
    for person in ["teacher@school-1", "evaluator@school-1", "operator@school-1"] {
        check(person, Method::GET, "/api/documents/{id}", 200, "").await;
        check(person, Method::GET, "/api/documents/{id}/normalized", 409, "document-not-ready").await;
        check(person, Method::GET, "/api/documents/{id}/original", 409, "document-not-ready").await;
    }
    for person in ["evaluator@school-1", "operator@school-1"] {
        check(person, Method::DELETE, "/api/uploads/{id}", 403, "role-required").await;
    }
    check("evaluator@school-1", Method::DELETE, "/api/documents/{id}", 403, "role-required").await;
    check("teacher@school-1", Method::GET, "/api/operations/overview", 403, "role-required").await;
    check("evaluator@school-1", Method::GET, "/api/operations/failed", 403, "role-required").await;
}

#[tokio::test]
async fn requests_that_make_no_sense_are_told_why() {
    let world = World::new().await;
    let get = async |path: &str| world.get("teacher@school-1", path).await.problem();
    let of = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(get("/api/nothing").await, of(404, "not-found"));
    assert_eq!(get("/api/documents/not-an-id").await, of(404, "not-found"));
    assert_eq!(get("/api/documents?stauts=ready").await, of(400, "parameter-wrong"));
    assert_eq!(get("/api/documents?limit=many").await, of(400, "parameter-wrong"));
    assert_eq!(get("/api/documents?status=lost").await, of(400, "parameter-wrong"));
    assert_eq!(get("/api/documents?cursor=x").await, of(400, "cursor-malformed"));
    let put = world.call("teacher@school-1", Method::PUT, "/api/documents", Value::Null).await;
    assert_eq!(put.problem(), of(405, "method-not-allowed"));
    let post = async |body: Value| world.post("teacher@school-1", "/api/uploads", body).await.problem();
    assert_eq!(post(Value::Null).await, of(400, "body-malformed"));
    assert_eq!(post(json!({"file_name": "plan.docx"})).await, of(400, "body-malformed"));
    assert_eq!(
        post(json!({"file_name": "a.docx", "size": 1, "titel": "x"})).await,
        of(400, "body-malformed")
    );
    let long = json!({"file_name": "a.docx", "size": 1, "title": "x".repeat(64 * 1024)});
    assert_eq!(post(long).await, of(413, "body-too-large"));
    assert_eq!(post(json!({"file_name": "a.exe", "size": 1})).await, of(415, "file-type-unsupported"));
}

#[tokio::test]
async fn secrets_of_a_document_stay_inside() {
    let world = World::new().await;
    let id = world.declare("teacher@school-1", "plan.docx").await;
    world.fail(&id, document::Failure::new(document::Code::ProcessorRefused)).await;
    let document = world.document(&id).await;
    let nonce = document.attempts[0].reference.rsplit('.').next().unwrap().to_owned();
    for (person, operator) in [("teacher@school-1", false), ("operator@school-1", true)] {
        let shown = world.get(person, &format!("/api/documents/{id}")).await;
        assert!(!shown.text.contains(&nonce) && !shown.text.contains("upload-0"), "{}", shown.text);
        let shown = shown.json();
        assert_eq!(shown["version"], document.version);
        assert_eq!(shown["failure"]["code"], "processor-refused");
        assert_eq!(shown["attempts"][0].get("reference").is_some(), operator);
        assert_eq!(shown["operation"].is_object(), operator);
        assert_eq!(shown["timeline"].as_array().unwrap().len(), document.timeline.len());
    }
}
