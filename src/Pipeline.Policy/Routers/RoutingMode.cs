namespace Pipeline.Policy.Routers;

/// <summary>What an address is routed for.</summary>
public enum RoutingMode
{
    Deliver = 0,
    VerifyRecipient = 1,
    VerifySender = 2,

    /// <summary>A test from the command line (<c>-bt</c>).</summary>
    AddressTest = 3,

    /// <summary>A client asks what an address stands for (EXPN).</summary>
    Expand = 4,
}

internal static class RoutingModeExtensions
{
    extension(RoutingMode mode)
    {
        public bool IsVerify => mode is RoutingMode.VerifyRecipient or RoutingMode.VerifySender;
    }
}
