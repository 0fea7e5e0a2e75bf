using System.Collections.Immutable;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Acl;

/// <summary>A named list of statements.</summary>
public sealed record AclDefinition(string Name, ImmutableArray<AclStatement> Statements, SourceLocation Location);
