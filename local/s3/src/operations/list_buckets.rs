use crate::{bucket::Versioning, encoding::wire_time, error::Outcome, store::Store};
use s3s::dto::{
    Bucket, BucketLocationConstraint, BucketVersioningStatus, GetBucketLocationInput,
    GetBucketLocationOutput, GetBucketVersioningInput, GetBucketVersioningOutput, HeadBucketInput,
    HeadBucketOutput, ListBucketsOutput, Owner,
};

/// The account that owns everything.
pub(super) const OWNER_ID: &str = "000000000000";

/// The region that AWS answers with nothing at all.
const UNNAMED_REGION: &str = "us-east-1";

impl Store {
    pub(super) fn list_buckets(&self) -> ListBucketsOutput {
        let shown = |bucket: &crate::bucket::Bucket| Bucket {
            bucket_region: Some(self.config.region.clone()),
            creation_date: Some(wire_time(bucket.created)),
            name: Some(bucket.name.clone()),
        };
        ListBucketsOutput {
            buckets: Some(self.buckets().iter().map(|bucket| shown(bucket)).collect()),
            owner: Some(owner()),
            ..Default::default()
        }
    }

    pub(super) fn head_bucket(&self, input: &HeadBucketInput) -> Outcome<HeadBucketOutput> {
        self.bucket(&input.bucket)?;
        Ok(HeadBucketOutput { bucket_region: Some(self.config.region.clone()), ..Default::default() })
    }

    pub(super) fn get_bucket_location(
        &self,
        input: &GetBucketLocationInput,
    ) -> Outcome<GetBucketLocationOutput> {
        self.bucket(&input.bucket)?;
        let region = (self.config.region != UNNAMED_REGION).then(|| self.config.region.clone());
        Ok(GetBucketLocationOutput { location_constraint: region.map(BucketLocationConstraint::from) })
    }

    pub(super) fn get_bucket_versioning(
        &self,
        input: &GetBucketVersioningInput,
    ) -> Outcome<GetBucketVersioningOutput> {
        let status = match self.bucket(&input.bucket)?.versioning {
            Versioning::Never => None,
            Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
            Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
        };
        Ok(GetBucketVersioningOutput {
            status: status.map(BucketVersioningStatus::from_static),
            ..Default::default()
        })
    }
}

/// The owner as listings show it.
pub(super) fn owner() -> Owner {
    Owner { display_name: None, id: Some(OWNER_ID.to_owned()) }
}
