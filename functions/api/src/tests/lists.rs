use super::world::World;
use http::Request;
use serde_json::{Value, json};

fn names(listing: &Value) -> Vec<&str> {
    let documents = listing["documents"].as_array().unwrap_or_else(|| panic!("{listing}"));
    documents.iter().map(|row| row["file_name"].as_str().unwrap()).collect()
}

async fn populated() -> World {
    let world = World::new().await;
    for (person, name) in [
        ("teacher@school-1", "first.docx"),
        ("teacher2@school-1", "second.mp4"),
        ("teacher@school-2", "third.docx"),
        ("teacher@school-1", "fourth.pdf"),
    ] {
        world.declare(person, name).await;
        world.advance_a_second();
    }
    world
}

#[tokio::test]
async fn a_list_shows_what_the_person_may_see_newest_first() {
    let world = populated().await;
    let check = async |person: &str, query: &str, expect: &[&str]| {
        let listing = world.get(person, &format!("/api/documents{query}")).await.json();
        assert_eq!(names(&listing), expect, "{person} {query}");
    };
    check("teacher@school-1", "", &["fourth.pdf", "first.docx"]).await;
    check("teacher2@school-1", "", &["second.mp4"]).await;
    check("evaluator@school-1", "", &["fourth.pdf", "second.mp4", "first.docx"]).await;
    check("operator@school-2", "", &["third.docx"]).await;
    check("evaluator@school-1", "?status=uploading", &["fourth.pdf", "second.mp4", "first.docx"]).await;
    check("evaluator@school-1", "?status=ready", &[]).await;
    check("evaluator@school-1", "?status=uploading,ready&kind=video", &["second.mp4"]).await;
    check("evaluator@school-1", "?q=FIRST&status=&cursor=", &["first.docx"]).await;
    check("evaluator@school-1", "?teacher=teacher2@school-1", &["second.mp4"]).await;
    check("evaluator@school-1", "?teacher=teacher@school-2", &[]).await;
    check("teacher@school-1", "?teacher=teacher2@school-1", &[]).await;
}

#[tokio::test]
async fn following_the_cursor_reads_on() {
    let world = populated().await;
    for query in ["", "&status=uploading", "&teacher=teacher@school-1"] {
        let (mut met, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/documents?limit=1{query}&cursor={cursor}");
            let listing = world.get("evaluator@school-1", &path).await.json();
            met.extend(names(&listing).into_iter().map(str::to_owned));
            match listing["cursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        let all = world.get("evaluator@school-1", &format!("/api/documents?limit=200{query}")).await.json();
        assert_eq!(met, names(&all), "{query}");
        assert!(met.len() >= 2);
    }
}

#[tokio::test]
async fn an_unchanged_list_is_told_by_its_tag() {
    let world = populated().await;
    let listing = world.get("teacher@school-1", "/api/documents").await;
    let tag = listing.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(tag, format!("\"{}\"", listing.json()["fingerprint"].as_str().unwrap()));
    let again = async || {
        let request = Request::get("/api/documents")
            .header("authorization", format!("Bearer {}", world.token("teacher@school-1")))
            .header("if-none-match", &tag);
        world.send(request.body(axum::body::Body::empty()).unwrap()).await.status.as_u16()
    };
    assert_eq!(again().await, 304);
    world.declare("teacher@school-1", "fifth.docx").await;
    assert_eq!(again().await, 200);
}

#[tokio::test]
async fn a_wait_for_what_has_changed_already_is_answered_at_once() {
    let world = World::new().await;
    let id = world.declare("teacher@school-1", "plan.docx").await;
    let shown = world.get("teacher@school-1", "/api/documents").await.json();
    world.arrive(&id).await;
    let list = format!("/api/documents?wait=20&since={}", shown["fingerprint"].as_str().unwrap());
    let list = world.get("teacher@school-1", &list).await;
    assert_eq!(list.json()["documents"][0]["status"], "queued");
    let one = world.get("teacher@school-1", &format!("/api/documents/{id}?wait=20&since=1")).await;
    assert_eq!((&one.json()["status"], &one.json()["version"]), (&json!("queued"), &json!(2)));
}
