namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Variables that conditions, lookups and checks leave behind for the message; empty until then.</summary>
internal static class ConditionVariables
{
    private static readonly string[] Names =
    [
        "dnslist_domain", "dnslist_matched", "dnslist_text", "dnslist_value",
        "sender_rate", "sender_rate_limit", "sender_rate_period",
        "acl_verify_message", "sender_verify_failure", "recipient_verify_failure",
        "sender_data", "recipient_data", "host_data", "sender_address_data",
    ];

    public static VariableDefinition[] Definitions { get; } =
        [.. Names.Select(name => new VariableDefinition(name, scope => scope.Message.ConditionVariables.GetValueOrDefault(name)))];
}
