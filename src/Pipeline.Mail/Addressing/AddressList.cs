using System.Collections.Immutable;

namespace Pipeline.Mail.Addressing;

/// <param name="ElementStart">Where the element at fault begins: behind the separator before it.</param>
/// <param name="Position">The octet of the field body where reading failed.</param>
public readonly record struct AddressListError(int ElementStart, int Position, AddressDefect Defect)
{
    public string Reason => AddressDefectText.Of(Defect);
}

/// <summary>What a scan of an address list found. The addresses that could be read are there even if others could not.</summary>
/// <param name="Addresses">In order; those of groups included.</param>
/// <param name="Errors">The first few defects, in order; empty when the field is well formed.</param>
public sealed record AddressList(ImmutableArray<HeaderAddress> Addresses, ImmutableArray<AddressListError> Errors)
{
    public bool IsWellFormed => Errors.IsEmpty;
}

/// <summary>Bounds of a scan.</summary>
public sealed record AddressListLimits(int Addresses = 10_000, int Errors = 16, int CommentDepth = AddressListScanner.DefaultCommentDepth)
{
    public static AddressListLimits Default { get; } = new();
}
