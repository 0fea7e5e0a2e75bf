namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Variables about the address being checked, routed or delivered.</summary>
internal static class AddressVariables
{
    public static VariableDefinition[] Definitions { get; } =
    [
        new("local_part", s => s.Address?.LocalPart),
        new("domain", s => s.Address?.Domain),
        new("local_part_prefix", s => s.Address?.LocalPartPrefix),
        new("local_part_suffix", s => s.Address?.LocalPartSuffix),
        new("original_local_part", s => s.Address?.OriginalLocalPart),
        new("original_domain", s => s.Address?.OriginalDomain),
        new("parent_local_part", s => s.Address?.ParentLocalPart),
        new("parent_domain", s => s.Address?.ParentDomain),
        .. Named("domain_data", "local_part_data", "address_data", "home", "host", "host_address", "host_port", "return_path", "router_name", "transport_name"),
    ];

    private static IEnumerable<VariableDefinition> Named(params string[] names) =>
        names.Select(name => new VariableDefinition(name, scope => scope.Address?.Values.GetValueOrDefault(name)));
}
