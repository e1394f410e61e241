//! Schema of a Parquet file: its root columns, and the tree below those that are read.
//!
//! A footer stores the tree as a list in depth-first order, with the number of children in each group. Only the
//! names and the leaves of root columns are counted at first; a column that is not read may have any type, known
//! or not.

use std::ops::Range;

use parquet::basic::Repetition;

use super::FooterFault;
use super::leaf_format::{LeafFormat, read_leaf_format};
use crate::thrift_reader::{ThriftReader, ThriftResult, ThriftType};

/// Maximum number of schema elements; a file of a million columns is not an activity dump.
const MAX_ELEMENTS: usize = 1 << 20;
/// Maximum nesting of groups.
const MAX_DEPTH: usize = 32;

/// Root column of a file.
#[derive(Clone, Debug)]
pub(crate) struct RootColumn<'a> {
    /// Name, with replacement characters if it is not UTF-8.
    pub(crate) name: String,
    /// Indexes of its leaves among all leaves of the file.
    pub(crate) leaves: Range<usize>,
    elements: ThriftReader<'a>,
}

/// Column or group of the schema tree.
#[derive(Clone, Debug)]
pub(crate) struct SchemaNode {
    /// Name, with replacement characters if it is not UTF-8.
    pub(crate) name: String,
    /// Number of values per parent: one, at most one, or any.
    pub(crate) repetition: Repetition,
    /// Group or leaf.
    pub(crate) content: NodeContent,
}

/// Content of a schema node.
#[derive(Clone, Debug)]
pub(crate) enum NodeContent {
    /// Group with its children.
    Group {
        /// True if it is annotated as a list.
        is_list: bool,
        /// Nodes inside.
        children: Vec<SchemaNode>,
    },
    /// Leaf that stores values.
    Leaf(LeafFormat),
}

/// One element of the schema list.
#[derive(Clone, Copy, Debug)]
pub(super) struct SchemaElement<'a> {
    pub(super) name: &'a [u8],
    pub(super) physical: Option<i64>,
    pub(super) length: i64,
    pub(super) converted: Option<i64>,
    /// Position of the logical type, a union.
    pub(super) logical: Option<ThriftReader<'a>>,
    repetition: Option<i64>,
    children: i64,
}

impl<'a> SchemaElement<'a> {
    fn read(reader: &mut ThriftReader<'a>) -> Result<SchemaElement<'a>, FooterFault> {
        let mut element = SchemaElement {
            name: &[],
            physical: None,
            length: 0,
            converted: None,
            logical: None,
            repetition: None,
            children: 0,
        };
        let (mut has_name, mut last_id) = (false, 0);
        while let Some(field) = reader.field(&mut last_id)? {
            match (field.id, field.kind) {
                (1, ThriftType::I32) => element.physical = Some(reader.integer()?),
                (2, ThriftType::I32) => element.length = reader.integer()?,
                (3, ThriftType::I32) => element.repetition = Some(reader.integer()?),
                (4, ThriftType::Binary) => (element.name, has_name) = (reader.binary()?, true),
                (5, ThriftType::I32) => element.children = reader.integer()?,
                (6, ThriftType::I32) => element.converted = Some(reader.integer()?),
                (10, ThriftType::Struct) => {
                    element.logical = Some(*reader);
                    reader.skip(field.kind)?;
                }
                (_, kind) => reader.skip(kind)?,
            }
        }
        match has_name {
            true => Ok(element),
            false => Err(FooterFault::Missing("name of a column")),
        }
    }

    /// Returns the number of children, at most the number of `remaining` elements; 0 for a leaf.
    fn child_count(&self, remaining: usize) -> Result<usize, FooterFault> {
        match usize::try_from(self.children) {
            Ok(count) if count <= remaining => Ok(count),
            _ => Err(FooterFault::Children {
                count: self.children,
                remaining,
            }),
        }
    }

    fn is_leaf(&self) -> bool {
        self.children == 0 && self.physical.is_some()
    }

    fn repetition(&self) -> Result<Repetition, FooterFault> {
        match self.repetition {
            Some(0) => Ok(Repetition::REQUIRED),
            Some(1) => Ok(Repetition::OPTIONAL),
            Some(2) => Ok(Repetition::REPEATED),
            _ => Err(FooterFault::Missing("repetition of a column")),
        }
    }

    /// Returns true if the group is annotated as a list, by either of the two annotations.
    fn is_list(&self) -> ThriftResult<bool> {
        let Some(mut logical) = self.logical else {
            return Ok(self.converted == Some(3));
        };
        Ok(logical.field(&mut 0)?.is_some_and(|field| field.id == 3))
    }
}

/// Reads the root columns from the schema list, in their order.
pub(crate) fn read_root_columns(mut reader: ThriftReader) -> Result<Vec<RootColumn>, FooterFault> {
    let count = match reader.list()? {
        (ThriftType::Struct, count) if (1..=MAX_ELEMENTS).contains(&count) => count,
        (_, count) => return Err(FooterFault::SchemaElements(count)),
    };
    let mut remaining = count - 1;
    let roots = SchemaElement::read(&mut reader)?.child_count(remaining)?;
    let (mut columns, mut leaves) = (Vec::new(), 0);
    for _ in 0..roots {
        let (elements, first_leaf) = (reader, leaves);
        let mut name = None;
        // Number of elements still to read in each open group.
        let mut open = vec![1_usize];
        while let Some(last) = open.last_mut() {
            if *last == 0 {
                open.pop();
                continue;
            }
            *last -= 1;
            let rest = remaining
                .checked_sub(1)
                .ok_or(FooterFault::Missing("column of the schema"))?;
            remaining = rest;
            let element = SchemaElement::read(&mut reader)?;
            name.get_or_insert(element.name);
            leaves += usize::from(element.is_leaf());
            open.push(element.child_count(remaining)?);
            if open.len() > MAX_DEPTH {
                return Err(FooterFault::Depth);
            }
        }
        columns.push(RootColumn {
            name: String::from_utf8_lossy(name.unwrap_or_default()).into_owned(),
            leaves: first_leaf..leaves,
            elements,
        });
    }
    match remaining {
        0 => Ok(columns),
        _ => Err(FooterFault::SchemaElements(count)),
    }
}

impl RootColumn<'_> {
    /// Reads the tree of the column.
    pub(crate) fn read_tree(&self) -> Result<SchemaNode, FooterFault> {
        read_node(&mut self.elements.clone())
    }
}

/// Reads a node and all below it. Depth and counts were checked with the root columns.
fn read_node(reader: &mut ThriftReader) -> Result<SchemaNode, FooterFault> {
    let element = SchemaElement::read(reader)?;
    let content = if element.is_leaf() {
        NodeContent::Leaf(read_leaf_format(&element)?)
    } else {
        let mut children = Vec::new();
        for _ in 0..element.children {
            children.push(read_node(reader)?);
        }
        NodeContent::Group {
            is_list: element.is_list()?,
            children,
        }
    };
    Ok(SchemaNode {
        name: String::from_utf8_lossy(element.name).into_owned(),
        repetition: element.repetition()?,
        content,
    })
}
