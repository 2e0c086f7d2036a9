// A picture drawn in a part of a texture, enlarged to its whole size. Stands by itself: it reads one texture, nothing of the scene.

struct Part {
    // Corner of the picture, px of both textures.
    corner: vec2<f32>,
    // Size of what was drawn, px.
    drawn: vec2<f32>,
    // Size of the picture that is seen, px.
    seen: vec2<f32>,
    // One over the size of the texture, px.
    texel: vec2<f32>,
}

@group(0) @binding(0) var drawn: texture_2d<f32>;
@group(0) @binding(1) var smooth_sampler: sampler;
@group(0) @binding(2) var<uniform> part: Part;

// One triangle over the whole of the viewport.
@vertex
fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    let at = vec2<f32>(f32(index >> 1u), f32(index & 1u)) * 4.0 - 1.0;
    return vec4<f32>(at, 0.0, 1.0);
}

@fragment
fn fragment(@builtin(position) at: vec4<f32>) -> @location(0) vec4<f32> {
    let share = (at.xy - part.corner) / part.seen;
    // Half a pixel inside the rim: beyond it lies what is not of the picture.
    let place = clamp(share * part.drawn, vec2<f32>(0.5), part.drawn - 0.5);
    return textureSampleLevel(drawn, smooth_sampler, (part.corner + place) * part.texel, 0.0);
}
