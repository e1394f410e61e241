//! Runs the shards of a task in the task's own future, so that a cancelled task stops its kernel. Ballista's engine
//! would go on with it, and write a file for the empty result of each shard.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use ballista_core::JobId;
use ballista_core::execution_plans::ShuffleWriterExec;
use ballista_core::serde::protobuf::ShuffleWritePartition;
use ballista_executor::execution_engine::{DefaultExecutionEngine, ExecutionEngine, QueryStageExecutor};
use datafusion::error::Result;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::metrics::MetricsSet;
use datafusion::prelude::SessionConfig;
use futures::TryStreamExt;

use super::node::ShardExec;

/// Engine of an executor.
#[derive(Default)]
pub struct ShardEngine {
    ballista: DefaultExecutionEngine,
}

impl ExecutionEngine for ShardEngine {
    fn create_query_stage_exec(
        &self,
        job: JobId,
        stage: usize,
        task: usize,
        partitions: Vec<usize>,
        plan: Arc<dyn ExecutionPlan>,
        work_dir: &str,
        config: &SessionConfig,
    ) -> Result<Arc<dyn QueryStageExecutor>> {
        let writer = plan.downcast_ref::<ShuffleWriterExec>();
        let shards = writer.and_then(|writer| writer.children().first().map(|child| Arc::clone(child)));
        match shards.filter(|child| child.downcast_ref::<ShardExec>().is_some()) {
            Some(shards) => Ok(Arc::new(ShardStage { shards })),
            None => self
                .ballista
                .create_query_stage_exec(job, stage, task, partitions, plan, work_dir, config),
        }
    }
}

/// Shards of one task.
#[derive(Debug)]
struct ShardStage {
    shards: Arc<dyn ExecutionPlan>,
}

impl fmt::Display for ShardStage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ShardStage")
    }
}

#[async_trait]
impl QueryStageExecutor for ShardStage {
    async fn execute_query_stage(&self, _: usize, context: Arc<TaskContext>) -> Result<Vec<ShuffleWritePartition>> {
        for partition in 0..self.shards.properties().partitioning.partition_count() {
            let mut batches = self.shards.execute(partition, Arc::clone(&context))?;
            while batches.try_next().await?.is_some() {}
        }
        Ok(Vec::new())
    }

    /// The scheduler warns of a stage without a set of metrics.
    fn collect_plan_metrics(&self) -> Vec<MetricsSet> {
        vec![MetricsSet::new()]
    }
}
