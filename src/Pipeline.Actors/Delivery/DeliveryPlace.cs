using Pipeline.Mail.Addressing;

namespace Pipeline.Actors.Delivery;

/// <summary>Names what a delivery is to. Recipients of one message with the same name are one delivery.</summary>
/// <remarks>Names are stored with recipients and compared as they are, across versions: a change of form would deliver waiting duplicates twice.</remarks>
internal static class DeliveryPlace
{
    /// <param name="copy">The router whose <c>unseen</c> made this copy; null for the address's own delivery. Copies do not stand for the address.</param>
    /// <param name="address">With its affixes. Local parts are compared with their letter case (RFC 5321 section 2.4), domains without.</param>
    public static string Of(string transport, string? copy, EnvelopeAddress address) =>
        copy is null ? $"{transport}\n{Text(address)}" : $"{transport}\n{Text(address)}\ncopy {copy}";

    /// <summary>A pipe, file or directory: the same one named by two addresses is two deliveries.</summary>
    public static string OfTarget(string transport, string target, EnvelopeAddress parent) => $"{transport}\n{target}\nof {Text(parent)}";

    private static string Text(EnvelopeAddress address) =>
        address.Domain.Length == 0 ? address.LocalPart : $"{address.LocalPart}@{address.Domain.ToLowerInvariant()}";
}
