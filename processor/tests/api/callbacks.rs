use crate::customer::Customer;

#[tokio::test]
async fn a_callback_is_repeated_until_it_is_taken() {
    let mut customer = Customer::new().await;
    customer.answer_with(&[503, 429, 408, 202]);
    assert_eq!(customer.submit("r", "plan.txt", b"Rain.").await.status(), 202);
    let first = customer.callback().await;
    for _ in 0..3 {
        let again = customer.callback().await;
        assert!(again.rightly_signed());
        assert_eq!((again.id, again.body), (first.id.clone(), first.body.clone()));
    }
    // Stopping waits for nothing; a fifth message would have come before the next job's.
    customer.submit("next", "next.txt", b"Sun.").await;
    assert_eq!(customer.callback().await.json()["data"]["reference"], "next");
}

#[tokio::test]
async fn a_callback_that_is_refused_is_not_repeated() {
    let mut customer = Customer::new().await;
    customer.answer_with(&[410]);
    customer.submit("r", "plan.txt", b"Rain.").await;
    assert_eq!(customer.callback().await.json()["data"]["reference"], "r");
    customer.submit("next", "next.txt", b"Sun.").await;
    assert_eq!(customer.callback().await.json()["data"]["reference"], "next");
    assert_eq!(customer.unread(), 0);
}

#[tokio::test]
async fn a_callback_is_what_the_contract_says() {
    let mut customer = Customer::new().await;
    customer.submit("r", "plan.txt", b"Rain.").await;
    let message = customer.callback().await;
    let read: contract::callback::Callback = serde_json::from_slice(&message.body).unwrap();
    assert_eq!(read.data.reference, "r");
    assert!(read.timestamp.parse::<jiff::Timestamp>().is_ok());
    assert!(read.data.files.iter().all(|file| file.url.starts_with("http://127.0.0.1:")));
}
