//! One job of the scheduler: submit a plan, wait for its end, cancel it.

use std::sync::Arc;
use std::time::Duration;

use ballista_core::extension::SessionConfigExt;
use ballista_core::serde::protobuf::execute_query_params::Query;
use ballista_core::serde::protobuf::execute_query_result::Result as Submission;
use ballista_core::serde::protobuf::job_status::Status as JobState;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_core::serde::protobuf::{CancelJobParams, ExecuteQueryParams, GetJobStatusParams, KeyValuePair};
use ballista_core::utils::{GrpcClientConfig, create_grpc_client_endpoint};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionConfig;
use datafusion_proto::physical_plan::AsExecutionPlan;
use datafusion_proto::protobuf::PhysicalPlanNode;
use tonic::transport::Channel;

use super::codec::ShardCodec;

/// Time between two questions for the state of a job.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// State of a job.
pub enum JobOutcome {
    /// It is not finished.
    Running,
    /// All tasks have succeeded.
    Succeeded,
    /// It has failed, or the scheduler does not know it.
    Failed(String),
}

/// Job at a scheduler.
pub struct ClusterJob {
    scheduler: SchedulerGrpcClient<Channel>,
    id: String,
}

/// Returns the settings of a job: one shard in each task, so that a failure repeats one shard.
fn session(name: &str) -> SessionConfig {
    SessionConfig::new_with_ballista()
        .set_str("ballista.scheduler.max_partitions_per_task", "1")
        .with_ballista_job_name(name)
}

impl ClusterJob {
    /// Submits a plan to the scheduler at `url`.
    ///
    /// # Errors
    /// Returns a text for people if the scheduler cannot be reached or refuses the plan.
    pub async fn submit(url: &str, name: &str, plan: Arc<dyn ExecutionPlan>) -> Result<ClusterJob, String> {
        let config = session(name);
        let mut bytes = Vec::new();
        PhysicalPlanNode::try_from_physical_plan(plan, &ShardCodec::default())
            .and_then(|plan| plan.try_encode(&mut bytes))
            .map_err(|error| error.to_string())?;
        let settings = config.options().entries().into_iter();
        let settings = settings.map(|entry| KeyValuePair {
            key: entry.key,
            value: entry.value,
        });
        let mut request = tonic::Request::new(ExecuteQueryParams {
            query: Some(Query::PhysicalPlan(bytes)),
            settings: settings.collect(),
            session_id: String::new(),
            operation_id: String::new(),
        });
        ballista_core::version::insert_version_header(request.metadata_mut());
        let client = GrpcClientConfig::from(&config.ballista_config());
        let endpoint = create_grpc_client_endpoint(url.to_owned(), Some(&client)).map_err(|error| error.to_string())?;
        let channel = endpoint.connect().await.map_err(|error| format!("{error:?}"))?;
        let mut scheduler = SchedulerGrpcClient::new(channel);
        let submitted = scheduler
            .execute_query(request)
            .await
            .map_err(|status| describe(&status))?;
        match submitted.into_inner().result {
            Some(Submission::Success(success)) => Ok(ClusterJob {
                scheduler,
                id: success.job_id,
            }),
            other => Err(format!("{other:?}")),
        }
    }

    /// Waits for a moment, and returns the state of the job.
    ///
    /// # Errors
    /// Returns a text for people if the scheduler cannot be reached.
    pub async fn poll(&mut self) -> Result<JobOutcome, String> {
        tokio::time::sleep(POLL_INTERVAL).await;
        let asked = GetJobStatusParams {
            job_id: self.id.clone(),
        };
        let status = self.scheduler.get_job_status(asked).await;
        let status = status.map_err(|status| describe(&status))?.into_inner().status;
        Ok(match status.and_then(|status| status.status) {
            Some(JobState::Failed(failed)) => JobOutcome::Failed(failed.error),
            Some(JobState::Successful(_)) => JobOutcome::Succeeded,
            Some(_) => JobOutcome::Running,
            None => JobOutcome::Failed("the scheduler does not know the job; it was restarted".to_owned()),
        })
    }

    /// Cancels the job, as far as the scheduler can be reached.
    pub async fn cancel(&mut self) {
        let asked = CancelJobParams {
            job_id: self.id.clone(),
        };
        // The job ends by itself otherwise, and its receipts are valid.
        let _ = self.scheduler.cancel_job(asked).await;
    }
}

fn describe(status: &tonic::Status) -> String {
    format!("{:?}: {}", status.code(), status.message())
}
