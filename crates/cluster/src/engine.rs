//! Runs the shards of a task in the task's own future, so that a cancelled task stops its kernel. Ballista's engine
//! would go on with it, and write a file for the empty result of each shard.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use ballista_core::JobId;
use ballista_core::execution_plans::ShuffleWriterExec;
use ballista_core::serde::protobuf::ShuffleWritePartition;
use ballista_executor::execution_engine::{ExecutionEngine, QueryStageExecutor};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::metrics::MetricsSet;
use datafusion::prelude::SessionConfig;
use futures::TryStreamExt;

use super::node::ShardExec;

/// Engine of an executor. It runs shards and nothing else.
#[derive(Default)]
pub struct ShardEngine;

impl ExecutionEngine for ShardEngine {
    fn create_query_stage_exec(
        &self,
        _: JobId,
        _: usize,
        _: usize,
        _: Vec<usize>,
        plan: Arc<dyn ExecutionPlan>,
        _: &str,
        _: &SessionConfig,
    ) -> Result<Arc<dyn QueryStageExecutor>> {
        let writer = plan.downcast_ref::<ShuffleWriterExec>();
        let shards = writer.and_then(|writer| writer.children().first().map(|child| Arc::clone(child)));
        match shards.filter(|child| child.downcast_ref::<ShardExec>().is_some()) {
            Some(shards) => Ok(Arc::new(ShardStage { shards })),
            None => Err(DataFusionError::Plan(
                "this executor runs shards of clout only".to_owned(),
            )),
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

    /// Returns an empty set for each node, without which the scheduler warns.
    fn collect_plan_metrics(&self) -> Vec<MetricsSet> {
        std::iter::once(&self.shards)
            .chain(self.shards.children())
            .map(|_| MetricsSet::new())
            .collect()
    }
}
