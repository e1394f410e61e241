//! Encodes plans with [`ShardExec`]: the call, beside Ballista's own nodes.

use std::sync::Arc;

use ballista_core::serde::BallistaPhysicalExtensionCodec;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};

use super::call::ClusterCall;
use super::failure::to_datafusion;
use super::kernel::ShardKernel;
use super::node::ShardExec;
use super::program::expect_same_program;

/// First bytes of an encoded [`ShardExec`].
const MAGIC: &[u8] = b"\xff\xffclout-shards\n";

/// Codec of a process.
#[derive(Default)]
pub struct ShardCodec {
    ballista: BallistaPhysicalExtensionCodec,
    kernel: Option<Arc<ShardKernel>>,
    /// Program that must have made a plan; any if none.
    program: Option<String>,
}

impl ShardCodec {
    /// Codec of an executor. It decodes calls of other programs, because Ballista does not report why a plan could not
    /// be decoded there; the kernel refuses them.
    pub fn of_executor(kernel: Arc<ShardKernel>) -> ShardCodec {
        ShardCodec {
            kernel: Some(kernel),
            ..ShardCodec::default()
        }
    }

    /// Codec of a scheduler, which refuses plans of other programs.
    pub fn of_scheduler(program: String) -> ShardCodec {
        ShardCodec {
            program: Some(program),
            ..ShardCodec::default()
        }
    }
}

impl std::fmt::Debug for ShardCodec {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("ShardCodec")
    }
}

impl PhysicalExtensionCodec for ShardCodec {
    fn try_decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(call) = bytes.strip_prefix(MAGIC) else {
            return self.ballista.try_decode(bytes, inputs, context, converter);
        };
        if let Some(own) = &self.program {
            let refused =
                ClusterCall::decode(call).and_then(|call| expect_same_program(&call.program, own, "scheduler"));
            refused.map_err(|error| to_datafusion(&error))?;
        }
        let [input] = inputs else {
            return Err(DataFusionError::Internal("ShardExec needs one child".to_owned()));
        };
        let node = ShardExec::new(Arc::clone(input), Arc::new(call.to_vec()), self.kernel.clone());
        Ok(Arc::new(node))
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        bytes: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        match node.downcast_ref::<ShardExec>() {
            Some(shards) => {
                bytes.extend_from_slice(MAGIC);
                bytes.extend_from_slice(shards.call());
                Ok(())
            }
            None => self.ballista.try_encode(node, bytes, converter),
        }
    }
}

#[cfg(test)]
mod tests {
    use clout::job::StorageRules;
    use clout_steps::{RemoteCall, StepCall, StoredBlock};
    use datafusion::prelude::SessionContext;
    use datafusion_proto::physical_plan::AsExecutionPlan;
    use datafusion_proto::protobuf::PhysicalPlanNode;

    use super::*;

    fn call(program: &str) -> ClusterCall {
        ClusterCall {
            program: program.to_owned(),
            input: "s3://lake/dumps".to_owned(),
            output: "s3://lake/clout".to_owned(),
            storage: StorageRules::default(),
            step: RemoteCall {
                work: "work/2026-03-06/key".to_owned(),
                step: StepCall {
                    step: "pairs".to_owned(),
                    shards: 9,
                },
                context: StoredBlock {
                    key: "work/2026-03-06/key/pairs/context".to_owned(),
                    size: 3,
                    checksum: "00".to_owned(),
                },
            },
        }
    }

    /// Encodes a plan of three shards, and decodes it with `codec`.
    fn send(program: &str, codec: &ShardCodec) -> Result<Arc<dyn ExecutionPlan>> {
        let plan = ShardExec::plan(call(program).encode().unwrap(), &[2, 5, 7])?;
        let sent = PhysicalPlanNode::try_from_physical_plan(plan, &ShardCodec::default())?;
        sent.try_into_physical_plan(&SessionContext::new().task_ctx(), codec)
    }

    #[test]
    fn a_plan_has_a_partition_for_each_shard_and_keeps_its_call() {
        let plan = send("one", &ShardCodec::of_scheduler("one".to_owned())).unwrap();
        assert_eq!(plan.properties().partitioning.partition_count(), 3);
        let node = plan.downcast_ref::<ShardExec>().unwrap();
        assert_eq!(ClusterCall::decode(node.call()).unwrap(), call("one"));
    }

    #[test]
    fn a_scheduler_refuses_another_program_by_name() {
        let error = send("one", &ShardCodec::of_scheduler("other".to_owned())).unwrap_err();
        let failure = super::super::failure::find_failure(&error.to_string()).unwrap();
        let text = failure.to_string();
        assert!(
            text.contains("the driver is one") && text.contains("the scheduler is other"),
            "{text}"
        );
    }
}
