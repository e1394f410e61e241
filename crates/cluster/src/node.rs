//! A step as a node of a physical plan: one partition of one row for each shard.
//!
//! The node has a child with the numbers of the shards. Ballista cuts a plan to the partitions of a task, but only below
//! nodes that it knows, and `MemorySourceConfig` is one. A node without a child would run all shards in every task.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{Array, RecordBatch, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::EquivalenceProperties;
use datafusion::physical_plan::execution_plan::{
    Boundedness, ChildrenPropertiesMode, EmissionType, ReplaceChildrenOptions,
};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PhysicalExpr, PlanProperties,
};
use futures::StreamExt;

use super::call::ClusterCall;
use super::failure::to_datafusion;
use super::kernel::ShardKernel;

/// Runs one shard for each row of its input.
pub struct ShardExec {
    input: Arc<dyn ExecutionPlan>,
    /// The encoded call, so that a scheduler need not understand it.
    call: Arc<Vec<u8>>,
    /// What runs the shards; none in driver and scheduler.
    kernel: Option<Arc<ShardKernel>>,
    properties: Arc<PlanProperties>,
}

impl ShardExec {
    /// Creates the node of a call for the shards in the rows of `input`.
    pub fn new(input: Arc<dyn ExecutionPlan>, call: Arc<Vec<u8>>, kernel: Option<Arc<ShardKernel>>) -> ShardExec {
        let partitions = input.properties().partitioning.partition_count();
        let properties = PlanProperties::new(
            EquivalenceProperties::new(shard_schema()),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        ShardExec {
            input,
            call,
            kernel,
            properties: Arc::new(properties),
        }
    }

    /// Creates the plan of `shards`.
    ///
    /// # Errors
    /// Returns an error of DataFusion.
    pub fn plan(call: Vec<u8>, shards: &[usize]) -> Result<Arc<dyn ExecutionPlan>> {
        let row = |shard: &usize| {
            let column = Arc::new(UInt64Array::from(vec![*shard as u64]));
            Ok(vec![RecordBatch::try_new(shard_schema(), vec![column])?])
        };
        let rows = shards.iter().map(row).collect::<Result<Vec<_>>>()?;
        let input = MemorySourceConfig::try_new_exec(&rows, shard_schema(), None)?;
        Ok(Arc::new(ShardExec::new(input, Arc::new(call), None)))
    }

    /// Returns the encoded call.
    pub fn call(&self) -> &[u8] {
        &self.call
    }
}

fn shard_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("shard", DataType::UInt64, false)]))
}

impl fmt::Debug for ShardExec {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ShardExec")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}

impl DisplayAs for ShardExec {
    fn fmt_as(&self, _: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match ClusterCall::decode(&self.call) {
            Ok(call) => write!(out, "ShardExec: {}", call.step.step.step),
            Err(_) => write!(out, "ShardExec: a call of another program"),
        }
    }
}

impl ExecutionPlan for ShardExec {
    fn name(&self) -> &str {
        "ShardExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    /// Nothing may repartition the shards.
    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children
            .pop()
            .ok_or_else(|| DataFusionError::Internal("ShardExec needs a child".to_owned()))?;
        Ok(Arc::new(ShardExec::new(
            input,
            Arc::clone(&self.call),
            self.kernel.clone(),
        )))
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = self.input.execute(partition, context)?;
        let (call, kernel) = (Arc::clone(&self.call), self.kernel.clone());
        let run = async move {
            let kernel = kernel.ok_or_else(|| DataFusionError::Internal("shards run in executors only".to_owned()))?;
            let call = Arc::new(ClusterCall::decode(&call).map_err(|error| to_datafusion(&error))?);
            let shard = read_shard(rows).await?;
            let outcome = kernel.run_shard(call, shard).await;
            outcome.map_err(|error| to_datafusion(&error))?;
            Ok(RecordBatch::new_empty(shard_schema()))
        };
        let stream = futures::stream::once(run);
        Ok(Box::pin(RecordBatchStreamAdapter::new(shard_schema(), stream)))
    }
}

/// Reads the number of the shard in the only row of a partition.
async fn read_shard(mut rows: SendableRecordBatchStream) -> Result<usize> {
    let mut shards: Vec<u64> = Vec::new();
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let column = batch.column(0).as_any().downcast_ref::<UInt64Array>();
        shards.extend(column.into_iter().flat_map(|column| column.values().iter().copied()));
    }
    match shards[..] {
        [shard] => Ok(shard as usize),
        _ => Err(DataFusionError::Internal(format!(
            "expected one shard in a partition, found {shards:?}"
        ))),
    }
}
